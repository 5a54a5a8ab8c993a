package emulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DefaultAccount has Options.Instances, and the credentials that name no account.
const DefaultAccount = "1000000000000001"

// An Account is an Alibaba Cloud account with its instances.
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

// instance returns the id that a call names, if it exists and belongs to the caller.
func (s *Service) instance(c *call) (string, *refusal) {
	id, refused := c.parameters.required("MqttInstanceId")
	if refused != nil {
		return "", refused
	}
	owner, ok := s.owners[id]
	if !ok {
		return "", refuse(mqttInstanceNotFound)
	}
	if owner != c.credential.Account {
		return "", refuse(mqttOwnerCheckError)
	}
	return id, nil
}

// emulatedRegion is the region of all instances. No real region has this name.
const emulatedRegion = "cn-emulated"

// An instanceVO is an instance, by the vendor's reference page of ListInstances.
type instanceVO struct {
	InstanceID     string `json:"InstanceId" xml:"InstanceId"`
	InstanceName   string
	InstanceStatus number
	InstanceType   number
	RegionID       string `json:"RegionId" xml:"RegionId"`
	KernelVersion  string
	CreateTime     number
	ExpireTime     number
}

// An instancesAnswer reports success in the fields of a refusal, as on that page.
type instancesAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Code      string
	Message   string
	Success   string
	Instances []instanceVO
}

// listInstances is ListInstances: the instances of the caller's account.
//
// Invented: the order, by id; no instance has a tag, so a filter by tags finds none; all
// fields of an instance but its id.
func (s *Service) listInstances(c *call) (any, *refusal) {
	var tags []struct{ Key, Value string }
	if text := c.parameters.value("Tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		return nil, refuseParameter("Tags")
	}
	answer := instancesAnswer{c.requestID, "200", "operation success.", "true", []instanceVO{}}
	for _, id := range slices.Sorted(maps.Keys(s.owners)) {
		if s.owners[id] == c.credential.Account && len(tags) == 0 {
			answer.Instances = append(answer.Instances, s.options.instance(id))
		}
	}
	return answer, nil
}

// Values of the vendor's reference page of ListInstances.
const (
	instanceInService = 5
	instancePlatinum  = 1
)

func (o Options) instance(id string) instanceVO {
	return instanceVO{
		InstanceID:     id,
		InstanceName:   o.text(id),
		InstanceStatus: o.number(instanceInService),
		InstanceType:   o.number(instancePlatinum),
		RegionID:       emulatedRegion,
		KernelVersion:  "V3.3.0",
		CreateTime:     o.number(1739345768000),
		ExpireTime:     o.number(4102444800000), // 2100
	}
}
