package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DefaultAccount is the account of Options.Instances, and of credentials that name no other.
const DefaultAccount = "1000000000000001"

// Account is an Alibaba Cloud account with its instances.
type Account struct {
	ID        string
	Instances []string
}

// Credential is an access key that the emulator knows.
type Credential struct {
	AccessKeyID     string
	AccessKeySecret string
	// SecurityToken makes it a temporary credential, and a request must send the same token. Empty: a plain AccessKey.
	SecurityToken string
	// Account is the id of the account that owns it. Empty: DefaultAccount.
	Account string
	// Allow names the RAM actions that it may take, such as mq:RegisterCa; each operation on an instance needs mq:MqttInstanceAccess, too.
	// Nil: all.
	Allow []string
}

// accounts returns all accounts, the default one first.
func (o Options) accounts() []Account {
	return append([]Account{{DefaultAccount, o.Instances}}, o.Accounts...)
}

// owners returns the account of every instance.
func (o Options) owners() map[string]string {
	owners := make(map[string]string)
	for _, account := range o.accounts() {
		for _, instance := range account.Instances {
			owners[instance] = account.ID
		}
	}
	return owners
}

func inDefaultAccount(credentials []Credential) []Credential {
	list := slices.Clone(credentials)
	for i := range list {
		list[i].Account = cmp.Or(list[i].Account, DefaultAccount)
	}
	return list
}

func (o Options) validateAccounts() error {
	var accounts, instances []string
	for _, account := range o.accounts() {
		accounts = append(accounts, account.ID)
		instances = append(instances, account.Instances...)
	}
	if len(instances) == 0 {
		return errors.New("emulator: no instance given")
	}
	for _, credential := range o.Credentials {
		if !slices.Contains(accounts, credential.Account) {
			return fmt.Errorf("emulator: access key %q belongs to no account: %q", credential.AccessKeyID, credential.Account)
		}
	}
	return cmp.Or(distinct("account", accounts), distinct("instance", instances))
}

func (o Options) validateCredentials() error {
	if len(o.Credentials) == 0 {
		return errors.New("emulator: no credential given")
	}
	var ids []string
	for _, credential := range o.Credentials {
		if err := credential.validate(); err != nil {
			return err
		}
		ids = append(ids, credential.AccessKeyID)
	}
	return distinct("access key", ids)
}

// distinct refuses an id that is empty, or that is given twice.
func distinct(what string, ids []string) error {
	for i, id := range ids {
		if id == "" {
			return fmt.Errorf("emulator: an %s id is empty", what)
		}
		if slices.Contains(ids[:i], id) {
			return fmt.Errorf("emulator: %s %q is given twice", what, id)
		}
	}
	return nil
}

func (c Credential) validate() error {
	// An Authorization header cannot carry an id with such characters.
	if c.AccessKeyID == "" || strings.ContainsAny(c.AccessKeyID, " ,\t\r\n") {
		return fmt.Errorf("emulator: access key id %q is not usable", c.AccessKeyID)
	}
	if c.AccessKeySecret == "" {
		return fmt.Errorf("emulator: access key %q has no secret", c.AccessKeyID)
	}
	for _, action := range c.Allow {
		if !slices.Contains(Actions(), action) {
			return fmt.Errorf("emulator: access key %q cannot be allowed %q: no such action", c.AccessKeyID, action)
		}
	}
	return nil
}
