package credentials

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mqttca/api/wire"
)

// The address of the metadata service on every ECS instance, and its paths: the vendor's page
// "Obtain instance metadata".
const (
	metadataURL       = "http://100.100.100.200"
	metadataTokenPath = "/latest/api/token"
	metadataRolesPath = "/latest/meta-data/ram/security-credentials/"
)

// metadataPatience bounds one request, metadataLimit all of them: the service is on the host
// itself, or does not exist.
const (
	metadataPatience = 2 * time.Second
	metadataLimit    = 5 * time.Second
)

const metadataAdvice = "check that this is an ECS instance with a RAM role, or give another source of credentials"

// A metadata is a client of an ECS instance's metadata service. It never uses a proxy, which would
// answer with another machine's role; credentials-go's provider uses HTTP_PROXY.
type metadata struct {
	base   string
	client *http.Client
	v2Only bool // fail without a token
}

func isRoleName(name string) bool { return len(name) <= 64 && wire.IsName(name, "._-") }

// newECSRole uses a role of the instance, the only one if name is "".
func newECSRole(source, name string) (Provider, error) {
	return metadata{
		base:   metadataURL,
		client: metadataClient(),
		v2Only: isTrue(EnvMetadataV2Only),
	}.provider(source, name)
}

func metadataClient() *http.Client {
	client := fetchClient(metadataPatience)
	client.Transport.(*http.Transport).Proxy = nil
	return client
}

func (m metadata) provider(source, name string) (Provider, error) {
	switch {
	case isTrue(EnvECSRoleDisabled):
		return nil, &Error{
			Reason: EnvECSRoleDisabled + " forbids asking the metadata service for " + source,
			Advice: "unset it, or give another source of credentials",
		}
	case name != "" && !isRoleName(name):
		return nil, &Error{
			Reason: fmt.Sprintf("%s is %q, which is not a role name", source, wire.Shortened(name)),
			Advice: "give the role's name, not its ARN, or omit it: an instance has one role",
		}
	}
	return origin{source: source, host: "the metadata service", advice: metadataAdvice, atMost: metadataLimit}.provider(func(ctx context.Context) (Credentials, error) {
		return m.credentials(ctx, name)
	}), nil
}

func (m metadata) credentials(ctx context.Context, name string) (Credentials, error) {
	token, err := m.token(ctx)
	if err != nil {
		return Credentials{}, err
	}
	if name == "" {
		if name, err = m.get(ctx, metadataRolesPath, token); err == nil && !isRoleName(name) {
			err = refused("returned no role name")
		}
		if err != nil {
			return Credentials{}, err
		}
	}
	answer, err := m.get(ctx, metadataRolesPath+name, token)
	if err != nil {
		return Credentials{}, err
	}
	return decodeTemporary([]byte(answer))
}

// token fetches the token which version 2 of the service requires with each request. If the service
// has none it returns "", for a request as in version 1, unless v2Only forbids this.
func (m metadata) token(ctx context.Context) (string, error) {
	token, err := m.ask(ctx, http.MethodPut, metadataTokenPath, "X-aliyun-ecs-metadata-token-ttl-seconds", "60")
	status, answered := errors.AsType[*wire.StatusError](err)
	if answered && !m.v2Only && !wire.PassingStatus(status.Status) {
		return "", nil
	}
	return token, err
}

func (m metadata) get(ctx context.Context, path, token string) (string, error) {
	return m.ask(ctx, http.MethodGet, path, "X-aliyun-ecs-metadata-token", token)
}

// ask sends a request, with the header if value is not "".
func (m metadata) ask(ctx context.Context, method, path, name, value string) (string, error) {
	header := http.Header{}
	if value != "" {
		header.Set(name, value)
	}
	body, err := fetchBody(ctx, m.client, method, m.base+path, header)
	return string(bytes.TrimSpace(body)), err
}
