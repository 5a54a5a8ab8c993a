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
	accounts, instances := make(map[string]bool), make(map[string]bool)
	for _, account := range o.accounts() {
		if account.ID == "" {
			return errors.New("emulator: an account id is empty")
		}
		if accounts[account.ID] {
			return fmt.Errorf("emulator: account %q is given twice", account.ID)
		}
		accounts[account.ID] = true
		if err := addInstances(instances, account.Instances); err != nil {
			return err
		}
	}
	if len(instances) == 0 {
		return errors.New("emulator: no instance given")
	}
	for _, credential := range o.Credentials {
		if !accounts[credential.Account] {
			return fmt.Errorf("emulator: access key %q belongs to no account: %q", credential.AccessKeyID, credential.Account)
		}
	}
	return nil
}

func addInstances(seen map[string]bool, instances []string) error {
	for _, id := range instances {
		if id == "" {
			return errors.New("emulator: an instance id is empty")
		}
		if seen[id] {
			return fmt.Errorf("emulator: instance %q is given twice", id)
		}
		seen[id] = true
	}
	return nil
}

func (o Options) validateCredentials() error {
	if len(o.Credentials) == 0 {
		return errors.New("emulator: no credential given")
	}
	seen := make(map[string]bool)
	for _, credential := range o.Credentials {
		if seen[credential.AccessKeyID] {
			return fmt.Errorf("emulator: access key %q is given twice", credential.AccessKeyID)
		}
		seen[credential.AccessKeyID] = true
		if err := credential.validate(); err != nil {
			return err
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
