package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The accounts that own Options.Instances and Options.Foreign.
const (
	DefaultAccount = "1000000000000001"
	foreignAccount = "2000000000000002"
)

// A Credential is an access key known to the emulator.
type Credential struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // of a temporary credential: requests must send it, too; "" for a plain AccessKey
	Foreign         bool   // it belongs to the account of Options.Foreign

	// Allow lists the permitted RAM actions, such as mq:RegisterCa; nil: all. Each operation on an
	// instance also needs mq:MqttInstanceAccess.
	Allow []string
}

func (c Credential) account() string {
	if c.Foreign {
		return foreignAccount
	}
	return DefaultAccount
}

// An instance holds the region and owner of an instance.
type instance struct {
	region  string
	foreign bool
}

// emulatedRegion is the region of an instance without one. No real region has this name.
const emulatedRegion = "cn-emulated"

// instances returns all instances by their ids.
func (o Options) instances() (map[string]instance, error) {
	all := make(map[string]instance)
	for i, text := range slices.Concat(o.Instances, o.Foreign) {
		id, region, given := strings.Cut(text, "@")
		if given && region == "" || strings.Contains(region, "@") {
			return nil, fmt.Errorf("emulator: instance %q has no usable region; write it as ID or ID@REGION", text)
		}
		if err := add(all, "instance", id, instance{cmp.Or(region, emulatedRegion), i >= len(o.Instances)}); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, errors.New("emulator: no instance given")
	}
	return all, nil
}

// credentials returns all credentials by their ids.
func (o Options) credentials() (map[string]Credential, error) {
	all := make(map[string]Credential)
	for _, c := range o.Credentials {
		if err := cmp.Or(c.validate(), add(all, "access key", c.AccessKeyID, c)); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, errors.New("emulator: no credential given")
	}
	return all, nil
}

// add adds a value by its id. It refuses an empty or repeated id.
func add[T any](all map[string]T, what, id string, value T) error {
	if id == "" {
		return fmt.Errorf("emulator: an %s id is empty", what)
	}
	if _, twice := all[id]; twice {
		return fmt.Errorf("emulator: %s %q is given twice", what, id)
	}
	all[id] = value
	return nil
}

func (c Credential) validate() error {
	switch {
	case c.AccessKeyID == "" || strings.ContainsAny(c.AccessKeyID, " ,\t\r\n"): // an Authorization header cannot carry these
		return fmt.Errorf("emulator: access key id %q is empty, or has a space, a comma or a line break", c.AccessKeyID)
	case c.AccessKeySecret == "":
		return fmt.Errorf("emulator: access key %q has no secret", c.AccessKeyID)
	}
	return chooseAll("action to allow", c.Allow, Actions())
}

// The one emulated operation of STS, which returns the account of a credential, and its API
// version.
const (
	getCallerIdentity = "GetCallerIdentity"
	stsVersion        = "2015-04-01"
)

// callerIdentity returns a role if the credential is temporary, else a user. A user has no RoleId,
// a role no UserId.
// Invented: identity.
func (s *Service) callerIdentity(c *call) (answer, *refusal) {
	account, id := c.credential.account(), "200000000000000001"
	if c.credential.SecurityToken != "" {
		arn := "acs:ram::" + account + ":assumed-role/emulated/session"
		return answer{IdentityType: "AssumedRoleUser", AccountID: account, PrincipalID: id + ":session", RoleID: id, Arn: arn}, nil
	}
	return answer{IdentityType: "RAMUser", AccountID: account, PrincipalID: id, UserID: id, Arn: "acs:ram::" + account + ":user/emulated"}, nil
}
