package emulator

import (
	"maps"
	"net/http"
	"slices"
)

// An operation is a row of the vendor's API metadata.
type operation struct {
	methods []string
	action  string // the required RAM action, often under another name, or ""
	needs   string // the required parameters, in the order of their check
	run     func(*Service, *call) (answer, *refusal)
}

// The values of operation.methods.
var (
	get       = []string{http.MethodGet}
	post      = []string{http.MethodPost}
	getOrPost = []string{http.MethodGet, http.MethodPost}
)

// operations is the read-only table of operations. Methods are those of the vendor's API metadata,
// RAM actions those of its pages; the page of ListInstances names none.
// Invented: instances, identity.
var operations = map[string]operation{
	"GetRegisterCode":             {get, "mq:GetRegisterCode", "MqttInstanceId", (*Service).getRegisterCode},
	"RegisterCaCertificate":       {getOrPost, "mq:RegisterCa", "CaName CaContent VerificationContent MqttInstanceId", (*Service).registerCA},
	"ListCaCertificate":           {get, "mq:ListCaCertificate", "MqttInstanceId PageNo PageSize", (*Service).listCAs},
	"GetCaCertificate":            {get, "mq:GetCaCertificate", "MqttInstanceId Sn", (*Service).getCA},
	"ActiveCaCertificate":         {getOrPost, "mq:ActiveCaCertificate", "MqttInstanceId Sn", changeCA((*book).activate)},
	"InactivateCaCertificate":     {getOrPost, "mq:UnregisterCaCertificate", "MqttInstanceId Sn", changeCA((*book).inactivate)},
	"DeleteCaCertificate":         {getOrPost, "mq:DeleteCaCertificate", "MqttInstanceId Sn", changeCA((*book).delete)},
	"ListDeviceCertificateByCaSn": {get, "mq:ListDeviceCertificateByCaSn", "MqttInstanceId PageNo PageSize CaSn", (*Service).listDevicesOfCA},
	"ListDeviceCertificate":       {get, "mq:ListDeviceCertificate", "MqttInstanceId PageNo PageSize", (*Service).listDevices},
	"GetDeviceCertificate":        {get, "mq:GetDeviceCertificate", "MqttInstanceId CaSn DeviceSn", (*Service).getDevice},
	"ActiveDeviceCertificate":     {getOrPost, "mq:ActiveDeviceCertificate", "MqttInstanceId CaSn DeviceSn", changeDevice((*Device).activate)},
	"InactivateDeviceCertificate": {getOrPost, "mq:UnregisterDeviceCertificate", "MqttInstanceId CaSn DeviceSn", changeDevice((*Device).inactivate)},
	"DeleteDeviceCertificate":     {getOrPost, "mq:DeleteDeviceCertificate", "MqttInstanceId CaSn DeviceSn", changeDevice((*Device).delete)},
	"ListGroupId":                 {getOrPost, "mq:ListMqttGroupId", "InstanceId", (*Service).listGroups},
	"ListInstances":               {getOrPost, "", "", (*Service).listInstances},
	"SetSniConfig":                {post, setSniConfig, "MqttInstanceId DefaultCertificate", (*Service).setSNI},
	getCallerIdentity:             {getOrPost, "", "", (*Service).callerIdentity},
}

// Operations returns the names of all operations, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// Actions returns the RAM actions of all operations, sorted, for [Credential.Allow].
func Actions() []string {
	actions := []string{instanceAccess}
	for _, op := range operations {
		if op.action != "" {
			actions = append(actions, op.action)
		}
	}
	slices.Sort(actions)
	return actions
}

// An answer is the answer of an operation or a refusal. Empty fields are omitted.
type answer struct {
	RequestID                           string       `json:"RequestId" xml:"RequestId"`
	HostID                              string       `json:"HostId,omitempty" xml:"HostId,omitempty"`
	Code, Message, Recommend            string       `json:",omitempty" xml:",omitempty"`
	RegisterCode, Sn, DeviceSn, Success string       `json:",omitempty" xml:",omitempty"`
	Data                                any          `json:",omitempty" xml:",omitempty"`
	Instances                           []instanceVO `json:",omitzero"`
	IdentityType                        string       `json:",omitempty" xml:",omitempty"`
	AccountID                           string       `json:"AccountId,omitempty" xml:"AccountId,omitempty"`
	PrincipalID                         string       `json:"PrincipalId,omitempty" xml:"PrincipalId,omitempty"`
	UserID                              string       `json:"UserId,omitempty" xml:"UserId,omitempty"`
	RoleID                              string       `json:"RoleId,omitempty" xml:"RoleId,omitempty"`
	Arn                                 string       `json:",omitempty" xml:",omitempty"`
}

// A page is the Data of a list of certificates, of CAs or devices.
type page struct {
	Total, PageNo, PageSize any
	CaCertificateVOS        []caCertificateVO     `json:",omitzero"`
	DeviceCertificateVOS    []deviceCertificateVO `json:",omitzero"`
}

// newPage returns the head of the requested page, its entries and its size. The service's own limit
// cuts the size, and the answer repeats the cut size. The unit of Total is that of the Chinese page
// on the list, unless the options have another.
func newPage[T, VO any](o Options, c *call, all []T, unit TotalForm, form func(T) VO) (head page, entries []VO, size int) {
	number, size := c.number("PageNo"), min(c.number("PageSize"), o.PageLimit)
	if o.Total != PerList {
		unit = o.Total
	}
	total := len(all)
	if unit == Pages {
		total = (total + size - 1) / size
	}
	head.Total, head.PageNo, head.PageSize = o.number(int64(total)), o.number(int64(number)), o.number(int64(size))
	entries = []VO{} // not nil: the answer includes empty lists
	// Divided, not multiplied: a huge number must not overflow.
	if number-1 <= len(all)/size {
		for _, entry := range all[(number-1)*size : min(number*size, len(all))] {
			entries = append(entries, form(entry))
		}
	}
	return head, entries, size
}
