package emulator

import (
	"maps"
	"math"
	"net/http"
	"slices"
)

// An operation is a row of the vendor's API metadata.
type operation struct {
	methods []string
	action  string // the RAM action that it needs, which often has another name, or ""
	run     func(*Service, *call) (any, *refusal)
}

// The values of operation.methods.
var (
	get       = []string{http.MethodGet}
	post      = []string{http.MethodPost}
	getOrPost = []string{http.MethodGet, http.MethodPost}
)

// operations is the table of operations, never written to. Methods are those of the
// vendor's API metadata, RAM actions those of its pages; by their pages ListInstances and
// GetCallerIdentity need none.
var operations = map[string]operation{
	"GetRegisterCode":             {get, "mq:GetRegisterCode", (*Service).getRegisterCode},
	"RegisterCaCertificate":       {getOrPost, "mq:RegisterCa", (*Service).registerCA},
	"ListCaCertificate":           {get, "mq:ListCaCertificate", (*Service).listCAs},
	"GetCaCertificate":            {get, "mq:GetCaCertificate", (*Service).getCA},
	"ActiveCaCertificate":         {getOrPost, "mq:ActiveCaCertificate", changeCA((*book).activate)},
	"InactivateCaCertificate":     {getOrPost, "mq:UnregisterCaCertificate", changeCA((*book).inactivate)},
	"DeleteCaCertificate":         {getOrPost, "mq:DeleteCaCertificate", changeCA((*book).delete)},
	"ListDeviceCertificateByCaSn": {get, "mq:ListDeviceCertificateByCaSn", (*Service).listDevicesOfCA},
	"ListDeviceCertificate":       {get, "mq:ListDeviceCertificate", (*Service).listDevices},
	"GetDeviceCertificate":        {get, "mq:GetDeviceCertificate", (*Service).getDevice},
	"ActiveDeviceCertificate":     {getOrPost, "mq:ActiveDeviceCertificate", changeDevice((*device).activate)},
	"InactivateDeviceCertificate": {getOrPost, "mq:UnregisterDeviceCertificate", changeDevice((*device).inactivate)},
	"DeleteDeviceCertificate":     {getOrPost, "mq:DeleteDeviceCertificate", changeDevice((*device).delete)},
	"ListInstances":               {getOrPost, "", (*Service).listInstances},
	"SetSniConfig":                {post, setSniConfig, (*Service).setSNI},
	getCallerIdentity:             {getOrPost, "", (*Service).callerIdentity},
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

// An answer is that of every operation but ListInstances. Each fills one field beside the
// request id.
type answer struct {
	RequestID                           string `json:"RequestId" xml:"RequestId"`
	RegisterCode, Sn, DeviceSn, Success string `json:",omitempty" xml:",omitempty"`
	Data                                any    `json:",omitempty" xml:",omitempty"`
}

// A pageInfo is the head of the Data of both lists of certificates.
type pageInfo struct {
	Total    number
	PageNo   number
	PageSize number
}

// page describes a page. The unit of Total is that of the Chinese page on the list, unless
// the options have another.
func (o Options) page(count int, at position, unit TotalForm) pageInfo {
	if o.Total != PerList {
		unit = o.Total
	}
	total := count
	if unit == Pages {
		total = (count + at.size - 1) / at.size
	}
	return pageInfo{o.number(int64(total)), o.number(int64(at.number)), o.number(int64(at.size))}
}

// A position is the number and size of a page.
type position struct{ number, size int }

// page reads which page a call asks for, and of which instance. It cuts the size to the
// service's own limit, and the answer echoes the cut size.
func (s *Service) page(c *call) (instance string, at position, refused *refusal) {
	if instance, refused = s.instance(c); refused != nil {
		return instance, at, refused
	}
	if at.number, refused = c.number("PageNo", 1, math.MaxInt); refused != nil {
		return instance, at, refused
	}
	at.size, refused = c.number("PageSize", 1, maxPageSize)
	at.size = min(at.size, s.options.PageLimit)
	return instance, at, refused
}

// on returns the entries on a page.
func on[T any](at position, all []T) []T {
	// Divided rather than multiplied: a huge number must not overflow.
	if at.number-1 > len(all)/at.size {
		return nil
	}
	start := (at.number - 1) * at.size
	return all[start:min(start+at.size, len(all))]
}
