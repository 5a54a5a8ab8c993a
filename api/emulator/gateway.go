package emulator

import (
	"cmp"
	"fmt"
	"slices"
)

// A claim is the content of a request before it is verified, in either signature scheme.
type claim struct {
	operation, version string
	accessKeyID, token string
	timestamp, nonce   string
	complete           bool // it has everything that the scheme asks for, in the scheme's form
	xml                bool // the answer is wanted as XML

	signature   string
	covered     bool   // the signature covers all that it has to
	signed      string // the text that the signature should be of
	sign        func(secret, text string) string
	explanation string // of a wrong signature, by the text that was signed
}

// readClaim tells the schemes apart: ACS3 has its proof in a header, signature 1.0 in
// parameters. The header x-acs-action decides nothing, because the vendor's clients send
// it with both.
// Invented: proofs.
func (c *call) readClaim() claim {
	if c.r.Header.Get("Authorization") == "" && c.value("Action") != "" {
		return c.rpcClaim()
	}
	return c.acs3Claim()
}

// admit takes a call through the gateway's checks: address, form, operation, signature,
// permission. Only a call that passes them is counted and meets faults.
func (s *Service) admit(c *call) *refusal {
	// Set before the rest is read, for the journal of a request that breaks off.
	c.operation = c.r.Header.Get("x-acs-action")
	unread := c.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused := cmp.Or(s.limits.ofAddress(c.r.RemoteAddr, c.now), unread); refused != nil {
		return refused
	}
	c.claim = c.readClaim()
	for _, check := range []func(*call) *refusal{route, s.authenticate, s.limits.ofUser, s.authorize} {
		if refused := check(c); refused != nil {
			return refused
		}
	}
	c.met, c.wait = s.faults.next(c.operation)
	return nil
}

// apiVersion is the only version of the API that the vendor publishes.
const apiVersion = "2020-04-20"

// route finds the operation that a request asks for. Invented: gateway-order, user-agent.
func route(c *call) *refusal {
	if c.r.UserAgent() == "" {
		return refuse("MissingUserAgent")
	}
	var ok bool
	if c.op, ok = operations[c.operation]; !ok || c.r.URL.Path != "/" {
		return refuse("InvalidAction.NotFound")
	}
	version := apiVersion
	if c.operation == getCallerIdentity {
		version = stsVersion
	}
	if c.version != version {
		return refuse("InvalidVersion")
	}
	if !slices.Contains(c.op.methods, c.r.Method) {
		return refuse("UnsupportedHTTPMethod")
	}
	return nil
}

// instanceAccess is needed on an instance beside the own action, by the vendor's pages.
const instanceAccess = "mq:MqttInstanceAccess"

// authorize checks that the credential allows the operation.
// Invented: gateway-order, permission.
func (s *Service) authorize(c *call) *refusal {
	if slices.Contains(s.options.Deny, c.operation) {
		return refuse("NoPermission")
	}
	if c.op.action == "" || c.credential.Allow == nil {
		return nil
	}
	for _, action := range []string{c.op.action, instanceAccess} {
		if !slices.Contains(c.credential.Allow, action) {
			return &refusal{code: "NoPermission", detail: fmt.Sprintf(" Action: %s. Resource: %s.", action, s.resource(c))}
		}
	}
	return nil
}

// resource is the resource that a policy would have to name.
func (s *Service) resource(c *call) string {
	if c.op.action == setSniConfig {
		return "*"
	}
	id := cmp.Or(c.value("MqttInstanceId"), c.value("InstanceId"))
	return fmt.Sprintf("acs:mq:%s:%s:%s", cmp.Or(s.instances[id].region, emulatedRegion), c.credential.Account, id)
}
