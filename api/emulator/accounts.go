package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// DefaultAccount owns Options.Instances, and the credentials without an account.
const DefaultAccount = "1000000000000001"

// An Account is an Alibaba Cloud account with its instances, in the form of [Options.Instances].
type Account struct {
	ID        string
	Instances []string
}

// A Credential is an access key known to the emulator.
type Credential struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // of a temporary credential: requests must send it, too; "" for a plain AccessKey
	Account         string // the id of its owner; "": DefaultAccount

	// Allow lists the permitted RAM actions, such as mq:RegisterCa; nil: all. Each operation on an
	// instance also needs mq:MqttInstanceAccess.
	Allow []string
}

// An instance holds the owner and region of an instance.
type instance struct{ account, region string }

// emulatedRegion is the region of an instance without one. No real region has this name.
const emulatedRegion = "cn-emulated"

// instances returns all instances by their ids.
func (o Options) instances() (map[string]instance, error) {
	all := make(map[string]instance)
	for _, account := range o.Accounts {
		for _, text := range account.Instances {
			id, region, given := strings.Cut(text, "@")
			if given && region == "" || strings.Contains(region, "@") {
				return nil, fmt.Errorf("emulator: instance %q has no usable region; it is written ID or ID@REGION", text)
			}
			if err := add(all, "instance", id, instance{account.ID, cmp.Or(region, emulatedRegion)}); err != nil {
				return nil, err
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("emulator: no instance given")
	}
	return all, nil
}

// credentials returns all credentials by their ids, each with its account.
func (o Options) credentials() (map[string]Credential, error) {
	accounts := make(map[string]Account)
	for _, account := range o.Accounts {
		if err := add(accounts, "account", account.ID, account); err != nil {
			return nil, err
		}
	}
	all := make(map[string]Credential)
	for _, c := range o.Credentials {
		c.Account = cmp.Or(c.Account, DefaultAccount)
		if err := cmp.Or(c.validate(accounts), add(all, "access key", c.AccessKeyID, c)); err != nil {
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

func (c Credential) validate(accounts map[string]Account) error {
	_, known := accounts[c.Account]
	switch {
	case c.AccessKeyID == "" || strings.ContainsAny(c.AccessKeyID, " ,\t\r\n"): // an Authorization header cannot carry these
		return fmt.Errorf("emulator: access key id %q is not usable", c.AccessKeyID)
	case c.AccessKeySecret == "":
		return fmt.Errorf("emulator: access key %q has no secret", c.AccessKeyID)
	case !known:
		return fmt.Errorf("emulator: access key %q belongs to no account: %q", c.AccessKeyID, c.Account)
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
	account, id := c.credential.Account, "200000000000000001"
	if c.credential.SecurityToken != "" {
		arn := "acs:ram::" + account + ":assumed-role/emulated/session"
		return answer{IdentityType: "AssumedRoleUser", AccountID: account, PrincipalID: id + ":session", RoleID: id, Arn: arn}, nil
	}
	return answer{IdentityType: "RAMUser", AccountID: account, PrincipalID: id, UserID: id, Arn: "acs:ram::" + account + ":user/emulated"}, nil
}
