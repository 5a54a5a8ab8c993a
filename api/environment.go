package api

import (
	"os"
	"strings"
)

// The environment variables that name an identity and where it is kept, as the
// vendor's CLI and SDKs read them.
const (
	EnvAccessKeyID     = "ALIBABA_CLOUD_ACCESS_KEY_ID"
	EnvAccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	EnvSecurityToken   = "ALIBABA_CLOUD_SECURITY_TOKEN"

	EnvRoleARN         = "ALIBABA_CLOUD_ROLE_ARN"
	EnvRoleSessionName = "ALIBABA_CLOUD_ROLE_SESSION_NAME"
	EnvOIDCProviderARN = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
	EnvOIDCTokenFile   = "ALIBABA_CLOUD_OIDC_TOKEN_FILE"
	EnvSTSRegion       = "ALIBABA_CLOUD_STS_REGION"
	EnvVPCEndpoints    = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"

	EnvProfile         = "ALIBABA_CLOUD_PROFILE"
	EnvConfigFile      = "ALIBABA_CLOUD_CONFIG_FILE"
	EnvProfileDisabled = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
	EnvCredentialsFile = "ALIBABA_CLOUD_CREDENTIALS_FILE"
	EnvCredentialsURI  = "ALIBABA_CLOUD_CREDENTIALS_URI"

	EnvECSRole         = "ALIBABA_CLOUD_ECS_METADATA" // its name, too
	EnvECSRoleDisabled = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	EnvMetadataV2Only  = "ALIBABA_CLOUD_IMDSV1_DISABLED"

	EnvRegion = "ALIBABA_CLOUD_REGION_ID"
)

// environmentKeys gives nil where the environment has no part of an AccessKey.
func environmentKeys() (CredentialsProvider, error) {
	if !anySet(EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken) {
		return nil, nil
	}
	for _, name := range []string{EnvAccessKeyID, EnvAccessKeySecret} {
		if os.Getenv(name) == "" {
			return nil, noCredentials("the environment has only a part of them: " + name + " is not set")
		}
	}
	return fixed(Credentials{
		AccessKeyID:     os.Getenv(EnvAccessKeyID),
		AccessKeySecret: Secret(os.Getenv(EnvAccessKeySecret)),
		SecurityToken:   Secret(os.Getenv(EnvSecurityToken)),
		Source:          "the environment",
	})
}

// environmentOIDC is what Kubernetes gives to a pod with a RAM role for its service
// account (RRSA). A role's ARN alone is no sign of it: other tools read that variable.
func environmentOIDC() (CredentialsProvider, error) {
	if !anySet(EnvOIDCProviderARN, EnvOIDCTokenFile) {
		return nil, nil
	}
	var missing []string
	for _, name := range []string{EnvRoleARN, EnvOIDCProviderARN, EnvOIDCTokenFile} {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, &CredentialsError{
			Reason: "the environment has only a part of what OIDC takes: it lacks " + strings.Join(missing, " and "),
			Advice: "set " + EnvRoleARN + ", " + EnvOIDCProviderARN + " and " + EnvOIDCTokenFile + ", or none of them",
		}
	}
	return newOIDC("the environment (OIDC)", role{
		arn:         os.Getenv(EnvRoleARN),
		sessionName: os.Getenv(EnvRoleSessionName),
	}, oidcToken{providerARN: os.Getenv(EnvOIDCProviderARN), file: os.Getenv(EnvOIDCTokenFile)})
}

func environmentURI() (CredentialsProvider, error) {
	uri := os.Getenv(EnvCredentialsURI)
	if uri == "" {
		return nil, nil
	}
	return newURISource("the credentials URI of the environment", uri)
}

func environmentECSRole() (CredentialsProvider, error) {
	name := os.Getenv(EnvECSRole)
	if name == "" {
		return nil, nil
	}
	return newECSRole("the ECS role of the environment", name)
}

func anySet(names ...string) bool {
	for _, name := range names {
		if os.Getenv(name) != "" {
			return true
		}
	}
	return false
}
