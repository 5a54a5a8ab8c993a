package credentials

import (
	"cmp"
	"errors"
	"io/fs"

	"gopkg.in/ini.v1"
)

// iniModes are the types of the INI file that are read, as modes of the CLI's configuration.
var iniModes = map[string]string{
	"access_key":    "AK",
	"sts":           "StsToken",
	"ram_role_arn":  "RamRoleArn",
	"ecs_ram_role":  "EcsRamRole",
	"oidc_role_arn": "OIDC",
}

// iniKeys are the keys of the INI file that the CLI's configuration names otherwise.
var iniKeys = map[string]string{
	"sts_token":        "security_token",
	"ram_role_arn":     "role_arn",
	"ram_session_name": "role_session_name",
	"ram_role_name":    "role_name",
	"oidc_token_file":  "oidc_token_file_path",
}

// noDelimiter can be in no section's name. If ini.v1 finds a delimiter, "." unless told
// otherwise, it fills what [ops.prod] lacks from [ops]: that would be another identity.
const noDelimiter = "\n"

// findINIProfile finds a section of the INI file, "default" if the name is "".
func findINIProfile(name string) (p profile, found bool, err error) {
	data, err := readConfigFile(iniPath())
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	file, err := ini.LoadSources(ini.LoadOptions{ChildSectionDelimiter: noDelimiter}, data)
	if err != nil {
		return p, false, badFile(iniPath() + " is not the INI file that the vendor's SDKs read")
	}
	name = cmp.Or(name, "default")
	if !file.HasSection(name) || name == ini.DefaultSection && len(file.Section(name).Keys()) == 0 {
		return p, false, nil // ini.v1 gives every file a default section
	}
	return profileOf(name, file.Section(name)), true, nil
}

// profileOf takes the values as they are written: an AccessKey may hold a % that ini.v1 would
// expand.
func profileOf(name string, section *ini.Section) profile {
	value := func(key string) string { return section.Key(cmp.Or(iniKeys[key], key)).Value() }
	return profile{
		Name:            name,
		Mode:            iniModes[value("type")],
		iniType:         value("type"),
		AccessKeyID:     value("access_key_id"),
		AccessKeySecret: Secret(value("access_key_secret")),
		SecurityToken:   Secret(value("sts_token")),
		RoleARN:         value("ram_role_arn"),
		SessionName:     value("ram_session_name"),
		Policy:          value("policy"),
		ECSRoleName:     value("ram_role_name"),
		OIDCProviderARN: value("oidc_provider_arn"),
		OIDCTokenFile:   value("oidc_token_file"),
	}
}

// iniPath is the path of the INI file that the vendor's SDKs read.
func iniPath() string {
	return cmp.Or(getenv(EnvCredentialsFile), atHome(".alibabacloud", "credentials"))
}
