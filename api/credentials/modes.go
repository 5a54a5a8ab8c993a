package credentials

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"mqttca/api/wire"
)

// A mode is a mode of the CLI's profiles.
type mode struct {
	needs string // settings, by their names in the CLI
	build func(profile) (Provider, error)
}

// modes returns the supported modes. A mode's settings are checked first, and optional ones get a
// default: the builders of credentials-go fill an empty field from the environment, which would be
// another identity.
func modes() map[string]mode {
	const key = "access_key_id access_key_secret"
	return map[string]mode{
		"AK":                     {key, profile.accessKey},
		"StsToken":               {key, profile.stsToken},
		"RamRoleArn":             {key, profile.ramRole},
		"ChainableRamRoleArn":    {"source_profile", profile.chainedRole},
		"EcsRamRole":             {"", profile.ecsRole},
		"RamRoleArnWithRoleName": {"", profile.roleOverECS},
		"OIDC":                   {"oidc_provider_arn ram_role_arn oidc_token_file", profile.oidc},
		"CloudSSO":               {"", profile.cachedLogin},
		"OAuth":                  {"", profile.cachedLogin},
		"External":               {"process_command", profile.external},
		"CredentialsURI":         {"credentials_uri", profile.uri},
	}
}

// impliedMode returns the mode of a profile without one, as the vendor's CLI finds it: the first
// whose settings are present.
func (p profile) impliedMode() string {
	const key = "access_key_id access_key_secret"
	for _, implied := range []struct{ mode, by string }{
		{"StsToken", key + " sts_token"}, {"RamRoleArn", key + " ram_role_arn"}, {"AK", key}, {"EcsRamRole", "ram_role_name"},
		{"External", "process_command"}, {"OIDC", "oidc_provider_arn oidc_token_file ram_role_arn"},
	} {
		if p.check(implied.by) == nil {
			return implied.mode
		}
	}
	return ""
}

func (p profile) provider() (Provider, error) {
	mode, known := modes()[p.Mode]
	switch {
	case known:
		if err := p.check(mode.needs); err != nil {
			return nil, err
		}
		return mode.build(p)
	case p.config == nil:
		return nil, badProfile(fmt.Sprintf("profile %q of %s has type %q; supported are %s",
			p.Name, iniPath(), wire.Shortened(p.iniType), strings.Join(slices.Sorted(maps.Keys(iniModes)), ", ")))
	}
	return nil, badProfile(fmt.Sprintf("profile %q has mode %q; supported are %s",
		p.Name, wire.Shortened(p.Mode), strings.Join(slices.Sorted(maps.Keys(modes())), ", ")))
}

// check refuses a profile without one of the settings.
func (p profile) check(needs string) error {
	var missing []string
	for name := range strings.FieldsSeq(needs) {
		inItself := name == "oidc_token_file" && p.oidcToken.Text != ""
		if p.setting(name) == "" && !inItself {
			missing = append(missing, p.key(name))
		}
	}
	if len(missing) > 0 {
		return badProfile(p.source() + " lacks " + strings.Join(missing, " and "))
	}
	return nil
}

// setting returns the value of a text setting, by its name in the CLI.
func (p profile) setting(name string) string {
	value := reflect.ValueOf(p)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if field.Tag.Get("json") == name {
			return value.FieldByIndex(field.Index).String()
		}
	}
	return ""
}

func (p profile) own() Credentials {
	return Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, SecurityToken: p.SecurityToken, Source: p.source()}
}

// renewal tells a person how to renew the profile's own security token, or the CLI's login.
func (p profile) renewal() string {
	switch p.Mode {
	case "CloudSSO", "OAuth":
		return fmt.Sprintf("renew them with 'aliyun sts GetCallerIdentity --profile %[1]s'; "+
			"if the login itself has expired, use 'aliyun configure --profile %[1]s --mode %[2]s'", p.Name, p.Mode)
	}
	if p.config == nil {
		return "write a new token and its AccessKey into " + iniPath()
	}
	return fmt.Sprintf("renew it with 'aliyun configure --profile %s --mode %s'", p.Name, p.Mode)
}

// accessKey ignores a token of another mode.
func (p profile) accessKey() (Provider, error) {
	own := p.own()
	own.SecurityToken = ""
	return fixed(own)
}

func (p profile) stsToken() (Provider, error) {
	if err := p.check("sts_token"); err != nil {
		return nil, err
	}
	return p.kept()
}

func (p profile) kept() (Provider, error) {
	own, err := fixed(p.own())
	return keptToken{own, p.source(), p.renewal()}, err
}

// ramRole assumes the role with the profile's own AccessKey, possibly a temporary one.
func (p profile) ramRole() (Provider, error) { return p.roleOver(p.kept()) }

func (p profile) roleOverECS() (Provider, error) { return p.roleOver(p.ecsRole()) }

// roleOver assumes the role with another provider's credentials, if there is one.
func (p profile) roleOver(own Provider, err error) (Provider, error) {
	if err := cmp.Or(err, p.check("ram_role_arn")); err != nil {
		return nil, err
	}
	return newRole(p.source(), p.role, own)
}

// maxChain is the maximum length of a chain of source profiles.
const maxChain = 20

func (p profile) chainedRole() (Provider, error) {
	dependents := append(p.dependents, p.Name)
	switch {
	case slices.Contains(dependents, p.SourceProfile):
		return nil, badProfile(p.source() + " has a source_profile chain which leads back to it")
	case len(dependents) > maxChain:
		return nil, badProfile(fmt.Sprintf("profile %q has a chain of over %d source profiles", dependents[0], maxChain))
	}
	from, found, err := p.config.profile(p.SourceProfile)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, badProfile(fmt.Sprintf("%s has source_profile %q, which does not exist", p.source(), p.SourceProfile))
	}
	from.dependents, from.vpcRegion = dependents, p.vpcRegion
	return p.roleOver(from.provider())
}

func (p profile) ecsRole() (Provider, error) { return newECSRole(p.source(), p.ECSRoleName) }

func (p profile) oidc() (Provider, error) {
	return newOIDC(p.source(), p.role, p.oidcToken)
}

// cachedLogin uses the temporary credentials cached by the CLI in the profile, until they expire.
// Only the CLI renews them: the sign-in service invalidates the previous token, so the answer would
// have to be written into the CLI's configuration.
func (p profile) cachedLogin() (Provider, error) {
	cached := p.own()
	cached.Expires = time.Unix(int64(p.TokenExpires), 0).UTC()
	fetch := func(context.Context) (Credentials, error) {
		if cached.check() != nil || cached.SecurityToken == "" || !time.Now().Before(cached.Expires) {
			return Credentials{}, &Error{
				Reason: p.source() + " has no valid credentials from a login of the aliyun CLI",
				Advice: p.renewal(),
			}
		}
		return cached, nil
	}
	if _, err := fetch(context.Background()); err != nil {
		return nil, err
	}
	return keptToken{newRenewed(p.source(), fetch), p.source(), p.renewal()}, nil
}

func (p profile) external() (Provider, error) {
	return newExternal(p.source(), string(p.ProcessCommand))
}

func (p profile) uri() (Provider, error) {
	return newURISource(p.source(), string(p.CredentialsURI))
}
