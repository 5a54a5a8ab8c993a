// Package credentials finds the identity that signs requests, and renews temporary credentials.
//
// It never replaces a named or incomplete identity by another, never writes a configuration,
// reaches the metadata service of an ECS instance without a proxy, and sends no secret along a
// redirect. Answers have a limit, no error and no value printed by fmt contains a secret, and
// waiting for temporary credentials ends with the context. It never calls a sign-in service: it
// uses a login cached by the vendor's CLI until it expires.
//
// It does not sign, and it knows no flags: an [Error] has a kind, by which the caller finds a hint.
package credentials

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Credentials sign requests.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret Secret
	SecurityToken   Secret // set for temporary ones (STS)

	Source  string    // their source, for people: "the environment", `profile "ops" (RamRoleArn)`
	Expires time.Time // zero if they never expire, or if the time is unknown
}

// MaskedID returns the AccessKey ID with its middle hidden: enough to recognize it.
func (c Credentials) MaskedID() string {
	const shown = 4
	if len(c.AccessKeyID) < 3*shown {
		return "****"
	}
	return c.AccessKeyID[:shown] + "****" + c.AccessKeyID[len(c.AccessKeyID)-shown:]
}

// A Provider returns the credentials for one request. It is called for each request, since
// temporary ones change. It fails with an [*Error], a [*wire.EnvironmentError], or, if ctx ended,
// with a [*StoppedError].
type Provider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// Credentials makes fixed credentials their own provider.
func (c Credentials) Credentials(context.Context) (Credentials, error) { return c, nil }

// A keptToken provides credentials with a security token that only a person can renew.
type keptToken struct {
	Provider
	source  string
	renewal string // how to renew it, as an imperative
}

// ExpiredCode is the vendor's code for an expired security token.
const ExpiredCode = "InvalidSecurityToken.Expired"

// Renewal returns the advice if the security token of a provider has expired; "" if it has none.
func Renewal(p Provider) string {
	switch p := p.(type) {
	case keptToken:
		return "the security token of " + p.source + " has expired; " + p.renewal
	case *renewed:
		return "the security token of " + p.source + " has expired; each run fetches a new one: check this machine's clock, and run the command again"
	}
	return ""
}

// A Kind tells what a user can do about an [Error].
type Kind int

// The kinds of errors.
const (
	Unusable   Kind = iota // they are named but unusable: the advice says more
	Missing                // there are none, or they are incomplete
	BadProfile             // a profile exists but is unusable
	Unfetched              // their source could not be reached, or could not answer for now
)

// An Error reports that there are no usable credentials, or none for now. It names places, never
// their content.
type Error struct {
	Kind      Kind
	Reason    string
	Advice    string // "" if the kind suffices
	Code      string // of a refusal by a service; "" if none refused, or gave no code
	RequestID string // of this refusal
	Final     bool   // a repetition would fail in the same way
}

func (e *Error) Error() string {
	if e.Kind == Unfetched {
		return "credentials could not be fetched: " + e.Reason
	}
	return "no usable credentials: " + e.Reason
}

// Hint returns the advice, if it depends on more than the kind.
func (e *Error) Hint() string { return e.Advice }

func missingError(reason string) error { return &Error{Kind: Missing, Reason: reason} }

func badProfile(reason string) error { return &Error{Kind: BadProfile, Reason: reason} }

// badFile returns the error for an existing but unusable file.
func badFile(reason string) error {
	return &Error{Reason: reason, Advice: "repair the file, or move it away: mqttca never falls back to another identity"}
}

// check refuses credentials without a required part, and characters forbidden in a header, such as
// the line break of a pasted key.
func (c Credentials) check() error {
	const id, secret, token = "AccessKey ID", "AccessKey secret", "security token"
	for _, part := range [][2]string{{id, c.AccessKeyID}, {secret, string(c.AccessKeySecret)}, {token, string(c.SecurityToken)}} {
		switch what, value := part[0], part[1]; {
		case value == "" && what != token:
			return missingError(fmt.Sprintf("the %s of %s is empty", what, c.Source))
		case strings.ContainsFunc(value, notInHeader):
			return &Error{
				Reason: fmt.Sprintf("the %s of %s has a space, a line break or another character not allowed in keys", what, c.Source),
				Advice: "copy it again",
			}
		}
	}
	return nil
}

func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }

// fixed provides unchanging credentials, and checks them immediately. It uses no provider of
// credentials-go: its builders fill an empty part from the environment, which would be another
// identity.
func fixed(c Credentials) (Provider, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}
