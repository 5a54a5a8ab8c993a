package api

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
	Expires time.Time // zero where they do not, or where that is not known
}

// MaskedID is the AccessKey ID with its middle hidden: enough to tell which one it was.
func (c Credentials) MaskedID() string {
	const shown = 4
	if len(c.AccessKeyID) < 3*shown {
		return "****"
	}
	return c.AccessKeyID[:shown] + "****" + c.AccessKeyID[len(c.AccessKeyID)-shown:]
}

// A CredentialsProvider gives the credentials for one request. It is asked anew for
// each, since temporary ones change. It fails with a [*CredentialsError], or, where ctx
// ended, with an error that wraps what ended it.
type CredentialsProvider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// Credentials makes fixed credentials their own provider.
func (c Credentials) Credentials(context.Context) (Credentials, error) { return c, nil }

// A CredentialsError says that there are no usable credentials. It never holds what
// it found, only where it looked.
type CredentialsError struct {
	Reason    string
	Advice    string
	Code      string // of the service that refused to hand any out; "" where none did, or gave no code
	RequestID string // of that refusal
}

func (e *CredentialsError) Error() string { return "no usable credentials: " + e.Reason }

// Hint says what to do.
func (e *CredentialsError) Hint() string { return e.Advice }

const howToProvide = "set " + EnvAccessKeyID + " and " + EnvAccessKeySecret + " (with " + EnvSecurityToken +
	" for STS), name a profile of ~/.aliyun/config.json with --profile or " + EnvProfile + ", or give --ecs-role on an ECS instance with a RAM role"

// noCredentials is for what is not there.
func noCredentials(reason string) error {
	return &CredentialsError{Reason: reason, Advice: howToProvide}
}

// badFile is for a file that is there and cannot be used.
func badFile(reason string) error {
	return &CredentialsError{Reason: reason, Advice: "mend the file, or move it away: no other identity is taken in its place"}
}

// badProfile is for a profile that is there and cannot be used.
func badProfile(reason string) error {
	return &CredentialsError{Reason: reason, Advice: "complete the profile ('aliyun configure' does), or name another with --profile"}
}

// check refuses what lacks a part, and what cannot be sent as a header: a key pasted with
// a line break, say.
func (c Credentials) check() error {
	parts := []struct {
		what, value string
		optional    bool
	}{
		{"AccessKey ID", c.AccessKeyID, false},
		{"AccessKey secret", string(c.AccessKeySecret), false},
		{"security token", string(c.SecurityToken), true},
	}
	for _, part := range parts {
		switch {
		case part.value == "" && !part.optional:
			return &CredentialsError{Reason: fmt.Sprintf("the %s of %s is empty", part.what, c.Source), Advice: howToProvide}
		case strings.ContainsFunc(part.value, notInHeader):
			return &CredentialsError{
				Reason: fmt.Sprintf("the %s of %s has a space, a line break or another character that no key has", part.what, c.Source),
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
func fixed(c Credentials) (CredentialsProvider, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}
