package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

	iniType string         // what the INI file calls the mode; "" for a profile of the CLI
	config  *configuration // which it is of, where a source_profile is looked up; nil for a section of the INI file
}

// configuration is the part of ~/.aliyun/config.json that is read here.
type configuration struct {
	Current  string            `json:"current"`
	Profiles []json.RawMessage `json:"profiles"` // each decoded when it is asked for: the others may be as they like
}

// source names the profile for people.
func (p profile) source() string {
	if p.iniType != "" {
		return fmt.Sprintf("profile %q (%s)", p.Name, p.iniType)
	}
	return fmt.Sprintf("profile %q (%s)", p.Name, p.Mode)
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
		return p, false, noCredentials(fmt.Sprintf("%s has no profile %q, and %s", iniPath(), name, keptOut))
	case name != "":
		return p, false, noCredentials(fmt.Sprintf("neither %s nor %s has a profile %q", configPath(), iniPath(), name))
	}
	return p, false, nil
}

// keptOut says why the CLI's configuration was not read.
const keptOut = "the aliyun CLI's configuration is kept out by " + EnvProfileDisabled

func profilesDisabled() bool { return isTrue(EnvProfileDisabled) }

// findCLIProfile takes the current profile where the name is "".
func findCLIProfile(name string) (p profile, found bool, err error) {
	config, err := readConfiguration(configPath())
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	p, found, err = config.profile(name)
	if err == nil && !found && name == "" && config.Current != "" {
		err = badFile(fmt.Sprintf("%s has no profile %q, which it calls the current one", configPath(), config.Current))
	}
	return p, found, err
}

// ProfileNames are the names in the CLI's configuration, to be offered; none where it cannot
// be read.
func ProfileNames() []string {
	config, err := readConfiguration(configPath())
	if err != nil {
		return nil
	}
	var names []string
	for _, data := range config.Profiles {
		if name := profileName(data); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// profile takes the current profile where the name is "".
func (c *configuration) profile(name string) (p profile, found bool, err error) {
	if name == "" {
		name = c.Current
	}
	if name == "" {
		return p, false, nil
	}
	for _, data := range c.Profiles {
		if profileName(data) == name {
			p, err = decodeProfile(data)
			p.config = c
			return p, err == nil, err
		}
	}
	return p, false, nil
}

// profileName is "" for what has none.
func profileName(data json.RawMessage) string {
	var named struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(data, &named) != nil {
		return ""
	}
	return named.Name
}

func decodeProfile(data json.RawMessage) (p profile, err error) {
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal(data, &p); errors.As(err, &odd) {
		return p, badFile(fmt.Sprintf("profile %q of %s cannot be read: its %s is of another type", profileName(data), configPath(), odd.Field))
	}
	return p, nil
}

// readConfiguration parses the file itself: the library's error for a malformed
// one repeats it whole, secrets included.
func readConfiguration(path string) (*configuration, error) {
	data, err := readConfigFile(path)
	if err != nil {
		return nil, err
	}
	var config configuration
	if err := json.Unmarshal(data, &config); err != nil {
		return nil, badFile(path + " is not the JSON that the aliyun CLI writes")
	}
	return &config, nil
}

// configPath is where the aliyun CLI keeps its configuration.
func configPath() string {
	if path := getenv(EnvConfigFile); path != "" {
		return path
	}
	return atHome(".aliyun", "config.json")
}

// atHome is a path in the home folder.
func atHome(folder, name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/nonexistent" // what Debian calls the home of those who have none
	}
	return filepath.Join(home, folder, name)
}
