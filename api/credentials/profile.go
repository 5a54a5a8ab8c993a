package credentials

import (
	"cmp"
	"fmt"

	"mqttca/api/wire"
)

// A profile is one identity in the configuration of the vendor's CLI, with the fields of
// the modes that are read here; or a section of the INI file, brought into that form.
type profile struct {
	Name     string `json:"name"`
	Mode     string `json:"mode"`
	RegionID string `json:"region_id"`

	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret Secret `json:"access_key_secret"`
	SecurityToken   Secret `json:"sts_token"`

	RoleARN         string      `json:"ram_role_arn"`
	SessionName     string      `json:"ram_session_name"`
	DurationSeconds wire.Number `json:"expired_seconds"`
	Policy          string      `json:"policy"`
	ExternalID      string      `json:"external_id"`
	STSRegion       string      `json:"sts_region"`
	STSEndpoint     string      `json:"sts_endpoint"`
	EnableVPC       bool        `json:"enable_vpc"`
	SourceProfile   string      `json:"source_profile"`
	ECSRoleName     string      `json:"ram_role_name"`

	OIDCProviderARN string `json:"oidc_provider_arn"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	OIDCToken       Secret `json:"oidc_token"`

	SignInURL          string      `json:"cloud_sso_sign_in_url"`
	AccountID          string      `json:"cloud_sso_account_id"`
	AccessConfig       string      `json:"cloud_sso_access_config"`
	AccessToken        Secret      `json:"access_token"`
	AccessTokenExpires wire.Number `json:"cloud_sso_access_token_expire"` // Unix seconds
	OAuthSite          string      `json:"oauth_site_type"`
	OAuthToken         Secret      `json:"oauth_access_token"`
	OAuthTokenExpires  wire.Number `json:"oauth_access_token_expire"` // Unix seconds

	ProcessCommand Secret `json:"process_command"` // a secret may stand among its arguments
	CredentialsURI Secret `json:"credentials_uri"` // or in its query

	iniType string         // the mode in words of the INI file; "" for a profile of the CLI
	config  *configuration // whose it is, and its source_profile; nil for a section of the INI file

	dependents []string // the profiles that have this one as their source, in the order of the chain
}

// source names the profile for people.
func (p profile) source() string {
	return fmt.Sprintf("profile %q (%s)", p.Name, cmp.Or(p.iniType, p.Mode))
}

// findProfile looks for a profile in the CLI's configuration, then in the INI file: the
// one of this name, else the one that the environment names, else the current one of the
// former or "default" of the latter. A name that is in neither is an error; not found
// means that nobody named one.
func findProfile(asked string) (p profile, found bool, err error) {
	if asked == "" && isTrue(EnvProfileIgnored) {
		return p, false, nil
	}
	name := cmp.Or(asked, getenv(EnvProfile))
	if asked != "" || !profilesDisabled() {
		if p, found, err = findCLIProfile(name); found || err != nil {
			return p, found, err
		}
	}
	if p, found, err = findINIProfile(name); found || err != nil {
		return p, found, err
	}
	switch {
	case name != "" && asked == "" && profilesDisabled():
		return p, false, missingError(fmt.Sprintf("%s has no profile %q, and %s", iniPath(), name, keptOut))
	case name != "":
		return p, false, missingError(fmt.Sprintf("neither %s nor %s has a profile %q", configPath(), iniPath(), name))
	}
	return p, false, nil
}

// keptOut says why the CLI's configuration was not read.
const keptOut = "the aliyun CLI's configuration is kept out by " + EnvProfileDisabled

func profilesDisabled() bool { return isTrue(EnvProfileDisabled) }

// key is the name of a setting in the profile's own file.
func (p profile) key(name string) string {
	if p.iniType != "" {
		return cmp.Or(iniKeys[name], name)
	}
	return name
}
