package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mqttca/api/wire"
)

// modes are the modes of the CLI's profiles that are read. Every field that one needs is
// checked first, and what may be left out is given a value: the builders of credentials-go
// fill an empty field from the environment, and that would be another identity.
func modes() map[string]func(profile, []string) (CredentialsProvider, error) {
	return map[string]func(profile, []string) (CredentialsProvider, error){
		"AK":                  profile.accessKey,
		"StsToken":            profile.stsToken,
		"RamRoleArn":          profile.ramRole,
		"ChainableRamRoleArn": profile.chainedRole,
		"EcsRamRole":          profile.ecsRole,
		"RamRoleArnWithEcs":   profile.roleOverECS,
		"OIDC":                profile.oidc,
		"CloudSSO":            profile.cloudSSO,
		"OAuth":               profile.oauth,
		"External":            profile.external,
		"CredentialsURI":      profile.uri,
	}
}

// provider gives what the profile's mode means.
func (p profile) provider() (CredentialsProvider, error) { return p.providerFor(nil) }

// providerFor gives it to the profiles that have this one as their source, the first first.
func (p profile) providerFor(dependents []string) (CredentialsProvider, error) {
	mode, known := modes()[p.Mode]
	switch {
	case known:
		return mode(p, dependents)
	case p.config == nil:
		return nil, badProfile(fmt.Sprintf("profile %q of %s has type %q, and only %s are read",
			p.Name, iniPath(), wire.Shortened(p.iniType), strings.Join(slices.Sorted(maps.Keys(iniModes)), ", ")))
	}
	return nil, badProfile(fmt.Sprintf("profile %q has mode %q, and only %s are read",
		p.Name, wire.Shortened(p.Mode), strings.Join(slices.Sorted(maps.Keys(modes())), ", ")))
}

// A setting is a field of a profile by the CLI's name of it.
type setting struct{ key, value string }

// needs refuses a profile that lacks one of the settings.
func (p profile) needs(settings ...setting) error {
	var missing []string
	for _, s := range settings {
		if s.value == "" {
			missing = append(missing, p.key(s.key))
		}
	}
	if len(missing) > 0 {
		return badProfile(p.source() + " lacks " + strings.Join(missing, " and "))
	}
	return nil
}

// key is what the profile's own file calls a setting.
func (p profile) key(name string) string {
	if p.iniType != "" {
		return cmp.Or(iniKeys[name], name)
	}
	return name
}

func (p profile) needsKey() error {
	return p.needs(setting{"access_key_id", p.AccessKeyID}, setting{"access_key_secret", string(p.AccessKeySecret)})
}

func (p profile) accessKey([]string) (CredentialsProvider, error) {
	if err := p.needsKey(); err != nil {
		return nil, err
	}
	return fixed(Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, Source: p.source()})
}

func (p profile) stsToken([]string) (CredentialsProvider, error) {
	if err := cmp.Or(p.needsKey(), p.needs(setting{"sts_token", string(p.SecurityToken)})); err != nil {
		return nil, err
	}
	return fixed(Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, SecurityToken: p.SecurityToken, Source: p.source()})
}

// ramRole assumes the role with the profile's own AccessKey, which may be a temporary one.
func (p profile) ramRole([]string) (CredentialsProvider, error) {
	if err := p.needsKey(); err != nil {
		return nil, err
	}
	own, err := fixed(Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, SecurityToken: p.SecurityToken, Source: p.source()})
	if err != nil {
		return nil, err
	}
	return p.roleOver(own)
}

func (p profile) roleOver(own CredentialsProvider) (CredentialsProvider, error) {
	if err := p.needs(setting{"ram_role_arn", p.RoleARN}); err != nil {
		return nil, err
	}
	return newRole(p.source(), p.role(), own)
}

func (p profile) role() role {
	return role{
		arn:         p.RoleARN,
		sessionName: p.SessionName,
		seconds:     int(p.DurationSeconds),
		policy:      p.Policy,
		externalID:  cmp.Or(p.ExternalID, getenv(EnvExternalID)),
		endpoint:    p.STSEndpoint,
		region:      p.STSRegion,
		vpc:         p.EnableVPC,
	}
}

func (p profile) chainedRole(dependents []string) (CredentialsProvider, error) {
	if err := p.needs(setting{"source_profile", p.SourceProfile}); err != nil {
		return nil, err
	}
	if dependents = append(dependents, p.Name); slices.Contains(dependents, p.SourceProfile) {
		return nil, badProfile(p.source() + " leads by its source_profile back to itself")
	}
	from, found, err := p.config.profile(p.SourceProfile)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, badProfile(fmt.Sprintf("%s has source_profile %q, and there is none of that name", p.source(), p.SourceProfile))
	}
	own, err := from.providerFor(dependents)
	if err != nil {
		return nil, err
	}
	return p.roleOver(own)
}

func (p profile) ecsRole([]string) (CredentialsProvider, error) {
	return newECSRole(p.source(), p.ECSRoleName)
}

func (p profile) roleOverECS([]string) (CredentialsProvider, error) {
	own, err := newECSRole(p.source(), p.ECSRoleName)
	if err != nil {
		return nil, err
	}
	return p.roleOver(own)
}

func (p profile) oidc([]string) (CredentialsProvider, error) {
	token := oidcToken{providerARN: p.OIDCProviderARN, file: p.OIDCTokenFile, text: p.OIDCToken}
	err := p.needs(setting{"oidc_provider_arn", p.OIDCProviderARN}, setting{"ram_role_arn", p.RoleARN},
		setting{"oidc_token_file", cmp.Or(token.file, string(token.text))})
	if err != nil {
		return nil, err
	}
	return newOIDC(p.source(), p.role(), token)
}

func (p profile) cloudSSO([]string) (CredentialsProvider, error) {
	err := p.needs(setting{"cloud_sso_sign_in_url", p.SignInURL}, setting{"cloud_sso_account_id", p.AccountID},
		setting{"cloud_sso_access_config", p.AccessConfig}, setting{"access_token", string(p.AccessToken)})
	if err != nil {
		return nil, err
	}
	return newCloudSSO(signIn{p.Name, p.source(), p.AccessToken, time.Unix(int64(p.AccessTokenExpires), 0)}, p.SignInURL, p.AccountID, p.AccessConfig)
}

func (p profile) oauth([]string) (CredentialsProvider, error) {
	err := p.needs(setting{"oauth_site_type", p.OAuthSite}, setting{"oauth_access_token", string(p.OAuthToken)})
	if err != nil {
		return nil, err
	}
	return newOAuth(signIn{p.Name, p.source(), p.OAuthToken, time.Unix(int64(p.OAuthTokenExpires), 0)}, p.OAuthSite)
}

func (p profile) external([]string) (CredentialsProvider, error) {
	if err := p.needs(setting{"process_command", string(p.ProcessCommand)}); err != nil {
		return nil, err
	}
	return newExternal(p.source(), string(p.ProcessCommand))
}

func (p profile) uri([]string) (CredentialsProvider, error) {
	if err := p.needs(setting{"credentials_uri", string(p.CredentialsURI)}); err != nil {
		return nil, err
	}
	return newURISource(p.source(), string(p.CredentialsURI))
}
