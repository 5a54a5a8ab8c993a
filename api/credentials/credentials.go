// Package credentials finds out who signs requests, and renews what is only lent.
//
// It promises that no identity takes the place of another that is named or half set, that a
// configuration is never written, that the metadata service of an ECS instance is asked by
// no proxy, that no secret follows a redirect, that answers have a limit, that no error and no
// value printed by fmt holds a secret, and that waiting for whoever gives out temporary
// credentials ends with the context. No sign-in service is asked: what the vendor's CLI has
// cached of a login is used until it expires.
//
// It leaves to others how a request is signed and by which flag a user names an identity: an
// [Error] has a kind instead.
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

	Source  string    // where they come from, for people: "the environment", `profile "ops" (RamRoleArn)`
	Expires time.Time // zero if they do not, or if that is unknown
}

// MaskedID is the AccessKey ID with its middle hidden: enough to tell which one it was.
func (c Credentials) MaskedID() string {
	const shown = 4
	if len(c.AccessKeyID) < 3*shown {
		return "****"
	}
	return c.AccessKeyID[:shown] + "****" + c.AccessKeyID[len(c.AccessKeyID)-shown:]
}

// A Provider gives the credentials for one request. It is asked anew for each, since
// temporary ones change. It fails with an [*Error], a [*wire.EnvironmentError], or, if ctx
// ended, with a [*StoppedError].
type Provider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// Credentials makes fixed credentials their own provider.
func (c Credentials) Credentials(context.Context) (Credentials, error) { return c, nil }

// A keptToken provides credentials whose security token a person renews.
type keptToken struct {
	Provider
	source  string
	renewal string // how, as an imperative
}

// ExpiredCode is the vendor's code for a security token that has expired.
const ExpiredCode = "InvalidSecurityToken.Expired"

// Renewal says what to do if the security token of a provider has expired; "" if it has none.
func Renewal(p Provider) string {
	switch p := p.(type) {
	case keptToken:
		return "the security token of " + p.source + " has expired; " + p.renewal
	case *renewed:
		return "the security token of " + p.source + " has expired; each run fetches a new one: check this machine's clock, and run it again"
	}
	return ""
}

// A Kind tells what a user can do about an [Error].
type Kind int

// The kinds of errors.
const (
	Unusable   Kind = iota // they are named, and cannot be had: the advice says more
	Missing                // there are none, or only a part of them
	BadProfile             // a profile is there and cannot be used
	Unfetched              // their source could not be reached, or could not answer for now
)

// An Error says that there are no usable credentials, or none for now. It names the places, never their
// content.
type Error struct {
	Kind      Kind
	Reason    string
	Advice    string // "" if the kind says it all
	Code      string // of the service that refused to give any; "" if none did, or gave no code
	RequestID string // of that refusal
	Final     bool   // asking again ends in the same way
}

func (e *Error) Error() string {
	if e.Kind == Unfetched {
		return "credentials could not be fetched: " + e.Reason
	}
	return "no usable credentials: " + e.Reason
}

// Hint says what to do, if that depends on more than the kind.
func (e *Error) Hint() string { return e.Advice }

func missingError(reason string) error { return &Error{Kind: Missing, Reason: reason} }

func badProfile(reason string) error { return &Error{Kind: BadProfile, Reason: reason} }

// badFile is for a file that is there and cannot be used.
func badFile(reason string) error {
	return &Error{Reason: reason, Advice: "mend the file, or move it away: no other identity is taken in its place"}
}

// check refuses credentials without a required part, and characters that cannot be sent in a
// header, such as the line break of a pasted key.
func (c Credentials) check() error {
	const id, secret, token = "AccessKey ID", "AccessKey secret", "security token"
	for _, part := range [][2]string{{id, c.AccessKeyID}, {secret, string(c.AccessKeySecret)}, {token, string(c.SecurityToken)}} {
		switch what, value := part[0], part[1]; {
		case value == "" && what != token:
			return missingError(fmt.Sprintf("the %s of %s is empty", what, c.Source))
		case strings.ContainsFunc(value, notInHeader):
			return &Error{
				Reason: fmt.Sprintf("the %s of %s has a space, a line break or another character that no key has", what, c.Source),
				Advice: "copy it again",
			}
		}
	}
	return nil
}

func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }

// fixed are credentials that stay as they are. They are checked at once. They need no
// provider of credentials-go: its builders fill an empty part from the environment, which
// would be another identity.
func fixed(c Credentials) (Provider, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}
