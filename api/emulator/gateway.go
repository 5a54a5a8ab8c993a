package emulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

// A claim is the content of a request before it is verified, in either signature scheme.
type claim struct {
	operation, version string
	accessKeyID, token string
	timestamp, nonce   string
	complete           bool // it has everything that the scheme asks for, in the scheme's form
	xml                bool // the answer is wanted as XML

	// verify compares the signature with that of the request as it arrived.
	verify func(secret string) *refusal
}

// readClaim tells the schemes apart: ACS3 has its proof in a header, signature 1.0 in
// parameters. The header x-acs-action decides nothing, because the vendor's clients send
// it with both.
// Invented: proofs.
func readClaim(r *http.Request, p incoming) claim {
	if r.Header.Get("Authorization") == "" && p.all.value("Action") != "" {
		return readRPCClaim(r, p)
	}
	return readACS3Claim(r, p)
}

// admit takes a request through the gateway's checks: form, operation, signature,
// permission.
func (s *Service) admit(c *call, w http.ResponseWriter, r *http.Request) (operation, *refusal) {
	if refused := s.limits.ofAddress(r.RemoteAddr, c.now); refused != nil {
		return operation{}, refused
	}
	payload, refused := readIncoming(w, r)
	if refused != nil {
		return operation{}, refused
	}
	c.claim, c.parameters = readClaim(r, payload), payload.all
	op, refused := route(r, c.claim)
	if refused != nil {
		return operation{}, refused
	}
	if refused := cmp.Or(s.authenticate(c), s.limits.ofUser(c)); refused != nil {
		return operation{}, refused
	}
	return op, s.authorize(c, op)
}

// apiVersion is the only version of the API that the vendor publishes.
const apiVersion = "2020-04-20"

// route finds the operation that a request asks for. Invented: gateway-order, user-agent.
func route(r *http.Request, claimed claim) (operation, *refusal) {
	if r.UserAgent() == "" {
		return operation{}, refuse("MissingUserAgent")
	}
	op, ok := operations[claimed.operation]
	if !ok || r.URL.Path != "/" {
		return operation{}, refuse("InvalidAction.NotFound")
	}
	version := apiVersion
	if claimed.operation == getCallerIdentity {
		version = stsVersion
	}
	if claimed.version != version {
		return operation{}, refuse("InvalidVersion")
	}
	if !slices.Contains(op.methods, r.Method) {
		return operation{}, refuse("UnsupportedHTTPMethod")
	}
	return op, nil
}

// instanceAccess is needed on an instance beside the own action, by the vendor's pages.
const instanceAccess = "mq:MqttInstanceAccess"

// authorize checks that the credential allows the operation.
// Invented: gateway-order, permission.
func (s *Service) authorize(c *call, op operation) *refusal {
	if slices.Contains(s.options.Deny, c.claim.operation) {
		return refuse("NoPermission")
	}
	if op.action == "" {
		return nil
	}
	for _, action := range []string{op.action, instanceAccess} {
		if !c.credential.allows(action) {
			return refuse("NoPermission").saying("Action: %s. Resource: %s.", action, s.resource(c, op))
		}
	}
	return nil
}

// resource is the resource that a policy would have to name.
func (s *Service) resource(c *call, op operation) string {
	if op.action == setSniConfig {
		return "*"
	}
	id := c.parameters.value("MqttInstanceId")
	return fmt.Sprintf("acs:mq:%s:%s:%s", cmp.Or(s.instances[id].region, emulatedRegion), c.credential.Account, id)
}

func (c Credential) allows(action string) bool {
	return c.Allow == nil || slices.Contains(c.Allow, action)
}
