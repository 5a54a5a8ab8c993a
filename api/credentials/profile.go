package credentials

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"

	"gopkg.in/ini.v1"

	"mqttca/api/wire"
)

// A profile is one identity in the configuration of the vendor's CLI, with the fields of the
// supported modes; or a section of the INI file, converted to this form.
type profile struct {
	Name     string `json:"name"`
	Mode     string `json:"mode"`
	RegionID string `json:"region_id"`

	AccessKeyID     string      `json:"access_key_id"`
	AccessKeySecret Secret      `json:"access_key_secret"`
	SecurityToken   Secret      `json:"sts_token"`
	TokenExpires    wire.Number `json:"sts_expiration"` // Unix seconds; of CloudSSO and OAuth

	role
	oidcToken
	SourceProfile string `json:"source_profile"`
	ECSRoleName   string `json:"ram_role_name"`

	ProcessCommand Secret `json:"process_command"` // its arguments may contain a secret
	CredentialsURI Secret `json:"credentials_uri"` // its query may contain a secret

	iniType string         // the mode's name in the INI file; "" for a profile of the CLI
	config  *configuration // contains it, and its source_profile; nil for a section of the INI file

	dependents []string // the profiles with this one as their source, in the order of the chain
}

func (p profile) source() string {
	return fmt.Sprintf("profile %q (%s)", p.Name, cmp.Or(p.iniType, p.Mode))
}

// findProfile looks for a profile in the CLI's configuration, then in the INI file: the given one,
// else the environment's, else the current one of the former or "default" of the latter. A name in
// neither is an error; found is false only if none is named.
func findProfile(asked string) (p profile, found bool, err error) {
	if asked == "" && isTrue(EnvProfileIgnored) {
		return p, false, nil
	}
	variable, named := lookup(EnvProfile)
	name := cmp.Or(asked, named)
	if asked != "" || !profilesDisabled() {
		if p, found, err = findCLIProfile(name); found || err != nil {
			return p, found, err
		}
	}
	if p, found, err = findINIProfile(name); found || err != nil {
		return p, found, err
	}
	switch {
	case name == "":
		return p, false, nil
	case asked != "":
		return p, false, missingError(fmt.Sprintf("neither %s nor %s has a profile %q", configPath(), iniPath(), name))
	case profilesDisabled():
		return p, false, missingError(fmt.Sprintf("%s has no profile %q, named by %s, and %s disables the aliyun CLI's configuration",
			iniPath(), name, variable, EnvProfileDisabled))
	}
	return p, false, missingError(fmt.Sprintf("neither %s nor %s has the profile %q named by %s", configPath(), iniPath(), name, variable))
}

func profilesDisabled() bool { return isTrue(EnvProfileDisabled) }

// key returns the name of a setting in the profile's own file.
func (p profile) key(name string) string {
	if p.iniType != "" {
		return cmp.Or(iniKeys[name], name)
	}
	return name
}

// iniModes maps the supported types of the INI file to modes of the CLI's configuration.
var iniModes = map[string]string{
	"access_key":    "AK",
	"sts":           "StsToken",
	"ram_role_arn":  "RamRoleArn",
	"ecs_ram_role":  "EcsRamRole",
	"oidc_role_arn": "OIDC",
}

// iniKeys are the keys of the INI file with other names than in the CLI's configuration.
var iniKeys = map[string]string{
	"sts_token":        "security_token",
	"ram_role_arn":     "role_arn",
	"ram_session_name": "role_session_name",
	"ram_role_name":    "role_name",
	"oidc_token_file":  "oidc_token_file_path",
}

// noDelimiter can't occur in a section's name. If ini.v1 finds a delimiter, by default ".", it
// fills gaps in [ops.prod] from [ops]: this would be another identity.
const noDelimiter = "\n"

// findINIProfile finds a section of the INI file, "default" if name is "".
func findINIProfile(name string) (p profile, found bool, err error) {
	data, err := readNamed(iniPath(), EnvCredentialsFile, maxINIBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	file, err := ini.LoadSources(ini.LoadOptions{ChildSectionDelimiter: noDelimiter}, data)
	if err != nil {
		return p, false, badFile(iniPath() + " is not a valid INI file")
	}
	name = cmp.Or(name, "default")
	if !file.HasSection(name) || name == ini.DefaultSection && len(file.Section(name).Keys()) == 0 {
		return p, false, nil // ini.v1 gives every file a default section
	}
	return profileOf(name, file.Section(name)), true, nil
}

// profileOf takes the values unchanged: an AccessKey may contain a %, which ini.v1 would expand.
func profileOf(name string, section *ini.Section) profile {
	value := func(key string) string { return section.Key(cmp.Or(iniKeys[key], key)).Value() }
	return profile{
		Name:            name,
		Mode:            iniModes[value("type")],
		iniType:         value("type"),
		AccessKeyID:     value("access_key_id"),
		AccessKeySecret: Secret(value("access_key_secret")),
		SecurityToken:   Secret(value("sts_token")),
		role:            role{ARN: value("ram_role_arn"), SessionName: value("ram_session_name"), Policy: value("policy")},
		oidcToken:       oidcToken{ProviderARN: value("oidc_provider_arn"), File: value("oidc_token_file")},
		ECSRoleName:     value("ram_role_name"),
	}
}

func iniPath() string {
	return cmp.Or(getenv(EnvCredentialsFile), atHome(".alibabacloud", "credentials"))
}
