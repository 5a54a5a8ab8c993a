package api

import (
	"fmt"
	"net/http"
	"slices"

	"mqttca/api/wire"
)

// The API versions named in requests.
const (
	version    = "2020-04-20"
	stsVersion = "2015-04-01"
)

// An operation is a row of the vendor's API overview: its name, a method of its API metadata,
// whether a request may be repeated if its answer was lost, and the required RAM action, often
// under another name.
type operation struct {
	name       string
	method     string
	repeatable bool
	action     string // "" if the vendor names none
}

// The operations of this package. The service also accepts GET for changes, but a proxy or a
// library could repeat it as a read. The actions are those of the reference pages; the page of
// ListInstances names none.
var (
	// A repeated GetRegisterCode may return another code; the caller uses the last one.
	getRegisterCode       = operation{"GetRegisterCode", http.MethodGet, true, "mq:GetRegisterCode"}
	listCaCertificate     = operation{"ListCaCertificate", http.MethodGet, true, "mq:ListCaCertificate"}
	registerCaCertificate = operation{"RegisterCaCertificate", http.MethodPost, false, "mq:RegisterCa"}
	// These set a state, and may do so twice. If a deletion is repeated after a lost answer and
	// there is no such CA any more, it is done.
	activeCaCertificate     = operation{"ActiveCaCertificate", http.MethodPost, true, "mq:ActiveCaCertificate"}
	inactivateCaCertificate = operation{"InactivateCaCertificate", http.MethodPost, true, "mq:UnregisterCaCertificate"}
	deleteCaCertificate     = operation{"DeleteCaCertificate", http.MethodPost, true, "mq:DeleteCaCertificate"}

	listDeviceCertificateByCaSn = operation{"ListDeviceCertificateByCaSn", http.MethodGet, true, "mq:ListDeviceCertificateByCaSn"}
	listDeviceCertificate       = operation{"ListDeviceCertificate", http.MethodGet, true, "mq:ListDeviceCertificate"}
	getDeviceCertificate        = operation{"GetDeviceCertificate", http.MethodGet, true, "mq:GetDeviceCertificate"}

	activeDeviceCertificate     = operation{"ActiveDeviceCertificate", http.MethodPost, true, "mq:ActiveDeviceCertificate"}
	inactivateDeviceCertificate = operation{"InactivateDeviceCertificate", http.MethodPost, true, "mq:UnregisterDeviceCertificate"}
	deleteDeviceCertificate     = operation{"DeleteDeviceCertificate", http.MethodPost, true, "mq:DeleteDeviceCertificate"}

	listInstances = operation{"ListInstances", http.MethodPost, true, ""}
	listGroupID   = operation{"ListGroupId", http.MethodPost, true, "mq:ListMqttGroupId"} // or mq:ListGroupId, by an older page

	getCallerIdentity = operation{"GetCallerIdentity", http.MethodPost, true, ""} // of STS
)

// A Purpose is a task on an instance with its required operations.
type Purpose string

// The purposes.
const (
	ToRegister  Purpose = "register"  // register a CA on the instance and see it listed
	ToRead      Purpose = "read"      // list CAs and device certificates
	ToLifecycle Purpose = "lifecycle" // activate, deactivate and delete CAs
	ToDevices   Purpose = "devices"   // activate, deactivate and delete device certificates
	ToConnect   Purpose = "connect"   // check whether a device can connect, and delete its certificate if it was made for the check
	ToApply     Purpose = "apply"     // bring the CAs of a fleet to the state in its manifest
)

// Purposes returns all purposes, in the order of the documentation.
func Purposes() []Purpose {
	return []Purpose{ToRegister, ToConnect, ToRead, ToLifecycle, ToDevices, ToApply}
}

// operations are the operations of each purpose, together all operations of this package.
var operations = map[Purpose][]operation{
	ToRegister:  {listCaCertificate, getRegisterCode, registerCaCertificate},
	ToRead:      {listCaCertificate, listDeviceCertificateByCaSn, listDeviceCertificate, getDeviceCertificate, listInstances, getCallerIdentity},
	ToLifecycle: {listCaCertificate, activeCaCertificate, inactivateCaCertificate, listDeviceCertificateByCaSn, deleteCaCertificate},
	ToDevices: {listCaCertificate, inactivateCaCertificate, listDeviceCertificateByCaSn, listDeviceCertificate, getDeviceCertificate,
		activeDeviceCertificate, inactivateDeviceCertificate, deleteDeviceCertificate},
	ToApply:   {listCaCertificate, getRegisterCode, registerCaCertificate, activeCaCertificate, inactivateCaCertificate},
	ToConnect: {listCaCertificate, listDeviceCertificateByCaSn, getDeviceCertificate, listGroupID, inactivateDeviceCertificate, deleteDeviceCertificate},
}

// instanceAccess is an additional action required by every operation on an instance.
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

// NewPolicy returns the least policy for the purposes on one instance. It names the resource in
// both forms of the vendor's pages: with region and account, and as instance/ID with a * for each
// of them, which RAM limits to the policy's account. It fails if a name has a character which could
// widen the policy, such as *.
func NewPolicy(region, account, instanceID string, purposes ...Purpose) (Policy, error) {
	switch {
	case !wire.IsRegion(region):
		return Policy{}, fmt.Errorf("region %q: a region is written like cn-hangzhou", region)
	case len(account) > 20 || !wire.Consists(account, "0123456789"):
		return Policy{}, fmt.Errorf("account %q: an account id consists of digits", account)
	case len(instanceID) > 64 || !wire.IsName(instanceID, "-_"):
		return Policy{}, fmt.Errorf("instance %q: an instance id consists of letters, digits, - and _", instanceID)
	}
	actions := []string{instanceAccess}
	for _, purpose := range purposes {
		for _, op := range operations[purpose] {
			if op.action != "" && !slices.Contains(actions, op.action) {
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

func (op operation) version() string {
	if op == getCallerIdentity {
		return stsVersion
	}
	return version
}

// Allows reports whether a policy for the purpose allows an operation.
func (p Purpose) Allows(operationName string) bool {
	return slices.ContainsFunc(operations[p], func(op operation) bool { return op.name == operationName })
}

// ActionsFor returns the RAM actions required by an operation on its instance. It returns none if
// the vendor names none, as for ListInstances, or for operations of other packages.
func ActionsFor(operationName string) []string {
	for _, purpose := range Purposes() {
		for _, op := range operations[purpose] {
			if op.name == operationName && op.action != "" {
				return []string{op.action, instanceAccess}
			}
		}
	}
	return nil
}
