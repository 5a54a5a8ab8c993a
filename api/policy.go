package api

import (
	"fmt"
	"regexp"
	"slices"

	"mqttca/api/wire"
)

// A Purpose is what somebody wants to do with an instance, in as few operations as it
// takes.
type Purpose string

// The purposes, each with the operations that it needs.
const (
	ToRegister  Purpose = "register"  // bring a CA to the instance and see it there
	ToRead      Purpose = "read"      // list CAs and device certificates
	ToLifecycle Purpose = "lifecycle" // activate, deactivate and delete CAs
)

// Purposes are all purposes, in the order of the documentation.
func Purposes() []Purpose { return []Purpose{ToRegister, ToRead, ToLifecycle} }

// operations is what each purpose takes. Every operation of this package serves one at
// least.
var operations = map[Purpose][]operation{
	ToRegister:  {listCaCertificate, getRegisterCode, registerCaCertificate},
	ToRead:      {listCaCertificate, listDeviceCertificateByCaSn},
	ToLifecycle: {listCaCertificate, activeCaCertificate, inactivateCaCertificate, listDeviceCertificateByCaSn, deleteCaCertificate},
}

// instanceAccess is the action that every operation on an instance needs beside its own.
const instanceAccess = "mq:MqttInstanceAccess"

// A Policy is a policy document of RAM, the vendor's access management.
type Policy struct {
	Version   string
	Statement []Statement
}

// A Statement allows actions on resources.
type Statement struct {
	Effect   string
	Action   []string
	Resource []string
}

var (
	accountPattern  = regexp.MustCompile(`^[0-9]+$`)
	instancePattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// NewPolicy is the least policy that serves the purposes on one instance. The resource
// stands in both forms that the vendor's pages have: with region and account, and as
// instance/ID with a * for each of them, which RAM limits to the account that the policy
// is in. What could widen the policy, such as a * in an id, is refused.
func NewPolicy(region, account, instanceID string, purposes ...Purpose) (Policy, error) {
	switch {
	case !wire.IsRegion(region):
		return Policy{}, fmt.Errorf("region %q: a region is written like cn-hangzhou", region)
	case len(account) > 20 || !accountPattern.MatchString(account):
		return Policy{}, fmt.Errorf("account %q: an account id is all digits", account)
	case len(instanceID) > 64 || !instancePattern.MatchString(instanceID):
		return Policy{}, fmt.Errorf("instance %q: an instance id has letters, digits, - and _ only", instanceID)
	}
	actions := []string{instanceAccess}
	for _, purpose := range purposes {
		for _, op := range operations[purpose] {
			if !slices.Contains(actions, op.action) {
				actions = append(actions, op.action)
			}
		}
	}
	return Policy{Version: "1", Statement: []Statement{{
		Effect: "Allow",
		Action: actions,
		Resource: []string{
			fmt.Sprintf("acs:mq:%s:%s:%s", region, account, instanceID),
			"acs:mq:*:*:instance/" + instanceID,
		},
	}}}, nil
}

// ActionsFor are the RAM actions that an operation needs on its instance, none for an
// operation that this package does not call.
func ActionsFor(operationName string) []string {
	for _, purpose := range Purposes() {
		for _, op := range operations[purpose] {
			if op.name == operationName {
				return []string{op.action, instanceAccess}
			}
		}
	}
	return nil
}
