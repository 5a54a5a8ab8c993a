package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DefaultAccount has Options.Instances, and the credentials that name no account.
const DefaultAccount = "1000000000000001"

// An Account is an Alibaba Cloud account with its instances, written as in
// [Options.Instances].
type Account struct {
	ID        string
	Instances []string
}

// A Credential is an access key that the emulator knows.
type Credential struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // of a temporary credential: a request must send it, too; "" for a plain AccessKey
	Account         string // the id of its owner; "": DefaultAccount

	// Allow names the RAM actions that it may take, such as mq:RegisterCa; nil: all. Each
	// operation on an instance needs mq:MqttInstanceAccess, too.
	Allow []string
}

// accounts returns all accounts, the default one first.
func (o Options) accounts() []Account {
	return append([]Account{{DefaultAccount, o.Instances}}, o.Accounts...)
}

// An instance is what the service knows of an instance.
type instance struct{ account, region string }

// instances returns all instances by their ids.
func (o Options) instances() map[string]instance {
	all := make(map[string]instance)
	for _, account := range o.accounts() {
		for _, text := range account.Instances {
			id, region := parseInstance(text)
			all[id] = instance{account.ID, region}
		}
	}
	return all
}

// emulatedRegion is the region of an instance that is given none. No real region has this
// name.
const emulatedRegion = "cn-emulated"

// parseInstance reads ID or ID@REGION.
func parseInstance(text string) (id, region string) {
	id, region, given := strings.Cut(text, "@")
	if !given {
		region = emulatedRegion
	}
	return id, region
}

func (o Options) validateAccounts() error {
	var accounts, instances []string
	for _, account := range o.accounts() {
		accounts = append(accounts, account.ID)
		for _, text := range account.Instances {
			id, region := parseInstance(text)
			if region == "" || strings.Contains(region, "@") {
				return fmt.Errorf("emulator: instance %q has no usable region; it is written ID or ID@REGION", text)
			}
			instances = append(instances, id)
		}
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
