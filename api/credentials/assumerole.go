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

// A role is a RAM role with the parameters for requesting it from STS, as in profiles. Only the ARN
// is required.
type role struct {
	ARN         string      `json:"ram_role_arn"`
	SessionName string      `json:"ram_session_name"`
	Seconds     wire.Number `json:"expired_seconds"` // of validity; 0: an hour
	Policy      string      `json:"policy"`
	ExternalID  string      `json:"external_id"`
	Endpoint    string      `json:"sts_endpoint"` // of STS, "" for the environment's or a region's
	Region      string      `json:"sts_region"`   // of the STS endpoint, "" for the environment's or the central one
	VPC         bool        `json:"enable_vpc"`   // use the STS endpoint inside a VPC

	vpcRegion string // the region of the default STS endpoint inside a VPC
}

const (
	defaultSessionName = "mqttca"
	defaultRoleSeconds = 3600
	leastRoleSeconds   = 900 // the minimum of STS
)

// reachAdvice tells how to reach STS from a VPC without Internet access.
func reachAdvice(host string) string {
	const advice = "check the network and HTTPS_PROXY; running it again is safe"
	if strings.HasPrefix(host, "sts-vpc.") {
		return advice
	}
	return advice + "; inside a VPC without Internet access give --vpc, or set " + EnvSTSEndpoint + " to sts-vpc.REGION.aliyuncs.com"
}

const roleAdvice = "check the role's ARN, its trust policy, and whether the assuming identity may call sts:AssumeRole"

func (r role) check(source string) error {
	switch {
	case r.Seconds != 0 && r.Seconds < leastRoleSeconds:
		return badProfile(fmt.Sprintf("%s has expired_seconds %d, less than STS's minimum of %d", source, r.Seconds, leastRoleSeconds))
	case r.Region == "" && r.stsRegion() != "" && !wire.IsRegion(r.stsRegion()):
		return &Error{
			Reason: fmt.Sprintf("%s is %q: a region is written like cn-hangzhou", EnvSTSRegion, wire.Shortened(r.stsRegion())),
			Advice: "correct the variable, or unset it",
		}
	case r.Region != "" && !wire.IsRegion(r.Region):
		return badProfile(fmt.Sprintf("%s has sts_region %q: a region is written like cn-hangzhou", source, wire.Shortened(r.Region)))
	case !isHost(r.stsHost()) && r.Endpoint != "":
		return badProfile(source + " has an sts_endpoint which is not a host name")
	case !isHost(r.stsHost()):
		return &wire.EnvironmentError{Variable: EnvSTSEndpoint, Problem: "is not a host name", Advice: "write it like sts-vpc.cn-hangzhou.aliyuncs.com, or unset it"}
	}
	return nil
}

func (r role) stsRegion() string { return cmp.Or(r.Region, getenv(EnvSTSRegion)) }

// isHost reports whether the text is only a host or host:port.
func isHost(text string) bool {
	u, err := url.Parse("https://" + text)
	return err == nil && u.Host == text && u.Hostname() != "" && wire.ValidPort(u.Port())
}

// stsHost returns the host of STS. As in the vendor's CLI an endpoint takes precedence over a
// region, and may be written as a URL.
func (r role) stsHost() string {
	if endpoint := strings.TrimSpace(cmp.Or(r.Endpoint, getenv(EnvSTSEndpoint))); endpoint != "" {
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(endpoint, "https://"), "http://"), "/")
	}
	switch region := cmp.Or(r.stsRegion(), r.vpcRegion); {
	case region == "":
		return "sts.aliyuncs.com"
	case r.VPC || r.vpcRegion != "" || isTrue(EnvVPCEndpoints):
		return "sts-vpc." + region + ".aliyuncs.com"
	default:
		return "sts." + region + ".aliyuncs.com"
	}
}

// provider assumes the role on first use, and again before it expires. own signs the requests, if
// not nil; sign returns the secrets of a request and its builder.
func (r role) provider(source, advice string, own Provider, sign func(context.Context) ([]Secret, builder, error)) (Provider, error) {
	if err := cmp.Or(r.check(source), checkLibrary(source)); err != nil {
		return nil, err
	}
	sts := origin{source: source, host: r.stsHost(), advice: advice, reach: reachAdvice(r.stsHost())}
	return newRenewed(source, func(ctx context.Context) (Credentials, error) {
		secrets, build, err := sign(ctx)
		if err != nil {
			return Credentials{}, err
		}
		found, err := sts.fetch(ctx, func(ctx context.Context) (Credentials, error) { return askSTS(ctx, sts.host, secrets, build) })
		if refused, ok := errors.AsType[*Error](err); ok && refused.Code == ExpiredCode {
			refused.Advice = cmp.Or(Renewal(own), refused.Advice)
		}
		return found, err
	}), nil
}

func (r role) externalID() string { return cmp.Or(r.ExternalID, getenv(EnvExternalID)) }

// newRole assumes the role with another provider's credentials, requested under the same context.
func newRole(source string, r role, own Provider) (Provider, error) {
	return r.provider(source, roleAdvice, own, func(ctx context.Context) ([]Secret, builder, error) {
		from, err := own.Credentials(ctx)
		return []Secret{from.AccessKeySecret, from.SecurityToken}, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewRAMRoleARNCredentialsProviderBuilder().
				WithAccessKeyId(from.AccessKeyID).
				WithAccessKeySecret(string(from.AccessKeySecret)).
				WithSecurityToken(string(from.SecurityToken)).
				WithRoleArn(r.ARN).
				WithRoleSessionName(cmp.Or(r.SessionName, defaultSessionName)).
				WithDurationSeconds(cmp.Or(int(r.Seconds), defaultRoleSeconds)).
				WithPolicy(r.Policy).
				WithExternalId(r.externalID()).
				WithStsEndpoint(r.stsHost()).
				WithHttpOptions(options).
				Build()
		}, err
	})
}

// An oidcToken proves the caller's identity to STS.
type oidcToken struct {
	ProviderARN string `json:"oidc_provider_arn"`
	File        string `json:"oidc_token_file"` // the issuer replaces the token before it expires
	Text        Secret `json:"oidc_token"`      // takes precedence over the file
}

const (
	oidcAdvice      = "check the role's ARN and trust policy, the OIDC provider's ARN, and whether the token has expired"
	tokenFileAdvice = "check the path, and whether the issuer of the token writes the file"
)

// newOIDC assumes the role with an OIDC token. It reads the file itself for each request: the
// library would prefer a token in the environment.
func newOIDC(source string, r role, token oidcToken) (Provider, error) {
	return r.provider(source, oidcAdvice, nil, func(context.Context) ([]Secret, builder, error) {
		proof, err := token.read(source)
		return []Secret{proof}, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewOIDCCredentialsProviderBuilder().
				WithOIDCToken(string(proof)).
				WithOIDCProviderARN(token.ProviderARN).
				WithRoleArn(r.ARN).
				WithRoleSessionName(cmp.Or(r.SessionName, defaultSessionName)).
				WithDurationSeconds(cmp.Or(int(r.Seconds), defaultRoleSeconds)).
				WithPolicy(r.Policy).
				WithSTSEndpoint(r.stsHost()).
				WithHttpOptions(options).
				Build()
		}, err
	})
}

func (t oidcToken) read(source string) (Secret, error) {
	if t.Text != "" {
		return t.Text, nil
	}
	data, err := readConfigFile(t.File, maxConfigBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &Error{Reason: fmt.Sprintf("the OIDC token file %s of %s does not exist", t.File, source), Advice: tokenFileAdvice}
	}
	if err != nil {
		return "", err
	}
	if data = bytes.TrimSpace(data); len(data) == 0 {
		return "", &Error{Reason: fmt.Sprintf("the OIDC token file %s of %s is empty", t.File, source), Advice: tokenFileAdvice}
	}
	return Secret(data), nil
}
