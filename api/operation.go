package api

import (
	"fmt"
	"net/http"
	"slices"

	"mqttca/api/wire"
)

// version is the version of the API that every request names.
const version = "2020-04-20"

// An operation is one row of the vendor's API overview: its name and the method that
// its reference page gives, whether a request whose answer was lost may simply be sent
// again, and the RAM action that it needs, which is not always named like it.
type operation struct {
	name       string
	method     string
	repeatable bool
	action     string
}

// The operations of this package. RegisterCaCertificate may also be called with
// GET, but what changes the service is never sent so that a proxy or a library
// could take it for a read and repeat it. The actions are those of the reference pages;
// for ListDeviceCertificateByCaSn no page read names one.
var (
	// A repeated GetRegisterCode may give another code, and that one will be used.
	getRegisterCode       = operation{"GetRegisterCode", http.MethodGet, true, "mq:GetRegisterCode"}
	listCaCertificate     = operation{"ListCaCertificate", http.MethodGet, true, "mq:ListCaCertificate"}
	registerCaCertificate = operation{"RegisterCaCertificate", http.MethodPost, false, "mq:RegisterCa"}
	// These set a state: set twice it is the same. A deletion that is repeated after a lost
	// answer may be told that there is no such CA, which is as good.
	activeCaCertificate     = operation{"ActiveCaCertificate", http.MethodPost, true, "mq:ActiveCaCertificate"}
	inactivateCaCertificate = operation{"InactivateCaCertificate", http.MethodPost, true, "mq:UnregisterCaCertificate"}
	deleteCaCertificate     = operation{"DeleteCaCertificate", http.MethodPost, true, "mq:DeleteCaCertificate"}

	listDeviceCertificateByCaSn = operation{"ListDeviceCertificateByCaSn", http.MethodGet, true, "mq:ListDeviceCertificateByCaSn"}
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

// NewPolicy is the least policy that serves the purposes on one instance. The resource
// stands in both forms that the vendor's pages have: with region and account, and as
// instance/ID with a * for each of them, which RAM limits to the account that the policy
// is in. What could widen the policy, such as a * in an id, is refused.
func NewPolicy(region, account, instanceID string, purposes ...Purpose) (Policy, error) {
	switch {
	case !wire.IsRegion(region):
		return Policy{}, fmt.Errorf("region %q: a region is written like cn-hangzhou", region)
	case len(account) > 20 || !wire.Consists(account, "0123456789"):
		return Policy{}, fmt.Errorf("account %q: an account id is all digits", account)
	case len(instanceID) > 64 || !wire.IsName(instanceID, "-_"):
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
