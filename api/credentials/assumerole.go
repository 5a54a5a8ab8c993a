package credentials

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/aliyun/credentials-go/credentials/providers"

	"mqttca/api/wire"
)

// A role is a RAM role with the terms on which STS is asked for it. Only the ARN is required.
type role struct {
	arn         string
	sessionName string
	seconds     int // of validity; 0: an hour
	policy      string
	externalID  string
	endpoint    string // of STS, "" for the environment's or one of a region
	region      string // of the STS endpoint, "" for the environment's or the central one
	vpc         bool   // the STS endpoint inside a VPC
}

const (
	defaultSessionName = "mqttca"
	defaultRoleSeconds = 3600
	leastRoleSeconds   = 900 // STS takes no less
)

const roleAdvice = "check the role's ARN, its trust policy, and whether the identity that assumes it may call sts:AssumeRole"

func (r role) check(source string) error {
	switch {
	case r.seconds != 0 && r.seconds < leastRoleSeconds:
		return badProfile(fmt.Sprintf("%s has expired_seconds %d, and STS takes no less than %d", source, r.seconds, leastRoleSeconds))
	case r.region == "" && r.stsRegion() != "" && !wire.IsRegion(r.stsRegion()):
		return &Error{
			Reason: fmt.Sprintf("%s is %q: a region is written like cn-hangzhou", EnvSTSRegion, wire.Shortened(r.stsRegion())),
			Advice: "correct the variable, or unset it",
		}
	case r.region != "" && !wire.IsRegion(r.region):
		return badProfile(fmt.Sprintf("%s names the STS region %q: a region is written like cn-hangzhou", source, wire.Shortened(r.region)))
	case !isHost(r.stsHost()) && r.endpoint != "":
		return badProfile(source + " has an sts_endpoint that is no host")
	case !isHost(r.stsHost()):
		return &wire.EnvironmentError{Variable: EnvSTSEndpoint, Problem: "is no host", Advice: "write it like sts-vpc.cn-hangzhou.aliyuncs.com, or unset it"}
	}
	return nil
}

func (r role) stsRegion() string { return cmp.Or(r.region, getenv(EnvSTSRegion)) }

// isHost reports whether the text is a host or host:port, and nothing behind it.
func isHost(text string) bool {
	u, err := url.Parse("https://" + text)
	return err == nil && u.Host == text && u.Hostname() != "" && wire.ValidPort(u.Port())
}

// stsHost is the host of STS. As in the vendor's CLI an endpoint comes before a region, and
// may be written as a URL.
func (r role) stsHost() string {
	if endpoint := strings.TrimSpace(cmp.Or(r.endpoint, getenv(EnvSTSEndpoint))); endpoint != "" {
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(endpoint, "https://"), "http://"), "/")
	}
	switch region := r.stsRegion(); {
	case region == "":
		return "sts.aliyuncs.com"
	case r.vpc || isTrue(EnvVPCEndpoints):
		return "sts-vpc." + region + ".aliyuncs.com"
	default:
		return "sts." + region + ".aliyuncs.com"
	}
}

// provider assumes the role when it is first needed, and again before it expires. Sign gives
// the secrets of a request and its builder.
func (r role) provider(source, advice string, sign func(context.Context) ([]Secret, builder, error)) (Provider, error) {
	if err := cmp.Or(r.check(source), checkLibrary(source)); err != nil {
		return nil, err
	}
	return newRenewed(source, func(ctx context.Context) (Credentials, error) {
		secrets, build, err := sign(ctx)
		if err != nil {
			return Credentials{}, err
		}
		return stsRequest{origin: origin{source, r.stsHost(), advice}, secrets: secrets}.ask(ctx, build)
	}), nil
}

// newRole assumes the role with credentials of another provider, which is asked under the
// same context.
func newRole(source string, r role, own Provider) (Provider, error) {
	return r.provider(source, roleAdvice, func(ctx context.Context) ([]Secret, builder, error) {
		from, err := own.Credentials(ctx)
		return []Secret{from.AccessKeySecret, from.SecurityToken}, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewRAMRoleARNCredentialsProviderBuilder().
				WithAccessKeyId(from.AccessKeyID).
				WithAccessKeySecret(string(from.AccessKeySecret)).
				WithSecurityToken(string(from.SecurityToken)).
				WithRoleArn(r.arn).
				WithRoleSessionName(cmp.Or(r.sessionName, defaultSessionName)).
				WithDurationSeconds(cmp.Or(r.seconds, defaultRoleSeconds)).
				WithPolicy(r.policy).
				WithExternalId(r.externalID).
				WithStsEndpoint(r.stsHost()).
				WithHttpOptions(options).
				Build()
		}, err
	})
}

// An oidcToken proves to STS who asks for a role.
type oidcToken struct {
	providerARN string
	file        string // the issuer writes a new token into it before the old one expires
	text        Secret // comes before the file
}

const oidcAdvice = "check the role's ARN and trust policy, the OIDC provider's ARN, and whether the token has expired"

// newOIDC assumes the role with an OIDC token. The file is read here for each
// request: the library would prefer a token of the environment.
func newOIDC(source string, r role, token oidcToken) (Provider, error) {
	return r.provider(source, oidcAdvice, func(context.Context) ([]Secret, builder, error) {
		proof, err := token.read(source)
		return []Secret{proof}, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewOIDCCredentialsProviderBuilder().
				WithOIDCToken(string(proof)).
				WithOIDCProviderARN(token.providerARN).
				WithRoleArn(r.arn).
				WithRoleSessionName(cmp.Or(r.sessionName, defaultSessionName)).
				WithDurationSeconds(cmp.Or(r.seconds, defaultRoleSeconds)).
				WithPolicy(r.policy).
				WithSTSEndpoint(r.stsHost()).
				WithHttpOptions(options).
				Build()
		}, err
	})
}

func (t oidcToken) read(source string) (Secret, error) {
	if t.text != "" {
		return t.text, nil
	}
	data, err := readConfigFile(t.file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &Error{Reason: fmt.Sprintf("there is no %s, where %s has its OIDC token", t.file, source), Advice: oidcAdvice}
	}
	if err != nil {
		return "", err
	}
	if data = bytes.TrimSpace(data); len(data) == 0 {
		return "", &Error{Reason: fmt.Sprintf("%s, where %s has its OIDC token, is empty", t.file, source), Advice: oidcAdvice}
	}
	return Secret(data), nil
}
