package credentials

import (
	"fmt"
	"slices"
	"strings"
)

// The environment variables which name an identity and its place, as the vendor's CLI and SDKs read
// them.
const (
	EnvAccessKeyID     = "ALIBABA_CLOUD_ACCESS_KEY_ID"
	EnvAccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	EnvSecurityToken   = "ALIBABA_CLOUD_SECURITY_TOKEN"

	EnvRoleARN         = "ALIBABA_CLOUD_ROLE_ARN"
	EnvRoleSessionName = "ALIBABA_CLOUD_ROLE_SESSION_NAME"
	EnvOIDCProviderARN = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
	EnvOIDCTokenFile   = "ALIBABA_CLOUD_OIDC_TOKEN_FILE"
	EnvOIDCToken       = "ALIBABA_CLOUD_OIDC_TOKEN" // used if there is no file
	EnvExternalID      = "ALIBABA_CLOUD_EXTERNAL_ID"
	EnvSTSEndpoint     = "ALIBABA_CLOUD_STS_ENDPOINT"
	EnvSTSRegion       = "ALIBABA_CLOUD_STS_REGION"
	EnvVPCEndpoints    = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"

	EnvProfile         = "ALIBABA_CLOUD_PROFILE"
	EnvConfigFile      = "ALIBABA_CLOUD_CONFIG_FILE"
	EnvProfileDisabled = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
	EnvProfileIgnored  = "ALIBABA_CLOUD_IGNORE_PROFILE"
	EnvCredentialsFile = "ALIBABA_CLOUD_CREDENTIALS_FILE"
	EnvCredentialsURI  = "ALIBABA_CLOUD_CREDENTIALS_URI"

	EnvExternalDisabled = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS" // also disables credentials URIs

	EnvECSRole         = "ALIBABA_CLOUD_ECS_METADATA" // also gives its name
	EnvECSRoleDisabled = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	EnvMetadataV2Only  = "ALIBABA_CLOUD_IMDSV1_DISABLED"

	EnvRegion = "ALIBABA_CLOUD_REGION_ID"
)

// inEnvironment reports whether credentials come from the environment, which precedes profiles.
func inEnvironment() bool {
	return anySet(EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken, EnvOIDCProviderARN, EnvOIDCTokenFile)
}

// environmentKeys returns nil if the environment has no part of an AccessKey.
func environmentKeys() (Provider, error) {
	if !anySet(EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken) {
		return nil, nil
	}
	return keysIn("the environment", EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken)
}

// commonKeys returns an AccessKey under names shared with other vendors. As in the vendor's CLI
// they count if there is nothing else.
func commonKeys() (Provider, error) {
	const id, secret, token = "ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"
	if !anySet(id, secret) {
		return nil, nil
	}
	return keysIn("the environment ("+id+")", id, secret, token)
}

func keysIn(source, id, secret, token string) (Provider, error) {
	for _, name := range []string{id, secret} {
		if getenv(name) == "" {
			return nil, missingError("the environment has incomplete credentials: " + name + " is not set")
		}
	}
	keys, err := fixed(Credentials{
		AccessKeyID:     getenv(id),
		AccessKeySecret: Secret(getenv(secret)),
		SecurityToken:   Secret(getenv(token)),
		Source:          source,
	})
	if getenv(token) == "" {
		return keys, err
	}
	return keptToken{keys, source, fmt.Sprintf("get a new one with 'aliyun sts AssumeRole', then set %s, %s and %s", id, secret, token)}, err
}

// environmentOIDC reads the variables of a Kubernetes pod with a RAM role for its service account
// (RRSA). It returns nil if only a role's ARN is set, which other tools use.
func (s Search) environmentOIDC() (Provider, error) {
	if !anySet(EnvOIDCProviderARN, EnvOIDCTokenFile) {
		return nil, nil
	}
	token := oidcToken{ProviderARN: getenv(EnvOIDCProviderARN), File: getenv(EnvOIDCTokenFile)}
	if token.File == "" {
		token.Text = Secret(getenv(EnvOIDCToken))
	}
	var missing []string
	for _, name := range []string{EnvRoleARN, EnvOIDCProviderARN, EnvOIDCTokenFile} {
		if getenv(name) == "" && (name != EnvOIDCTokenFile || token.Text == "") {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, &Error{
			Reason: "the environment has only some of the OIDC variables: it lacks " + strings.Join(missing, " and "),
			Advice: "set " + EnvRoleARN + ", " + EnvOIDCProviderARN + " and " + EnvOIDCTokenFile + ", or none of them",
		}
	}
	return newOIDC("the environment (OIDC)", role{ARN: getenv(EnvRoleARN), SessionName: getenv(EnvRoleSessionName), vpcRegion: s.VPCRegion}, token)
}

func environmentURI() (Provider, error) {
	if !anySet(EnvCredentialsURI) {
		return nil, nil
	}
	return newURISource("the credentials URI in "+EnvCredentialsURI, getenv(EnvCredentialsURI))
}

func environmentECSRole() (Provider, error) {
	if !anySet(EnvECSRole) {
		return nil, nil
	}
	return newECSRole("the ECS role in "+EnvECSRole, getenv(EnvECSRole))
}

func anySet(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return getenv(name) != "" })
}
