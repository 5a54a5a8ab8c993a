package emulator

import (
	"cmp"
	"fmt"
	"slices"
)

// A claim is the unverified content of a request, in either signature scheme.
type claim struct {
	operation, version string
	accessKeyID, token string
	timestamp, nonce   string
	complete           bool // everything required by the scheme is there, in the scheme's form
	xml                bool // the client wants XML

	signature   string
	covered     bool   // the signature covers all required parts
	signed      string // the text to be signed
	sign        func(secret, text string) string
	explanation string // of a wrong signature, with the signed text
}

// readClaim distinguishes the schemes: ACS3 has its proof in a header, signature 1.0 in parameters.
// It ignores the header x-acs-action, because the vendor's clients send it with both.
// Invented: proofs.
func (c *call) readClaim() claim {
	if c.r.Header.Get("Authorization") == "" && c.value("Action") != "" {
		return c.rpcClaim()
	}
	return c.acs3Claim()
}

// admit runs the gateway's checks on a call: address, form, operation, signature, permission. Only
// calls that pass are counted and meet faults.
func (s *Service) admit(c *call) *refusal {
	// Set before reading the rest, for the journal of an incomplete request.
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

// apiVersion is the only published version of the API.
const apiVersion = "2020-04-20"

// route finds the requested operation. Invented: gateway-order, user-agent.
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

// instanceAccess is required on an instance in addition to the operation's action, by the vendor's
// pages.
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

// resource returns the resource a policy must name.
func (s *Service) resource(c *call) string {
	if c.op.action == setSniConfig {
		return "*"
	}
	id := cmp.Or(c.value("MqttInstanceId"), c.value("InstanceId"))
	return fmt.Sprintf("acs:mq:%s:%s:%s", cmp.Or(s.instances[id].region, emulatedRegion), c.credential.account(), id)
}
