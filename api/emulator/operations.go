package emulator

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"
)

// call is one request on its way to an operation.
type call struct {
	requestID    string
	now          time.Time
	method, host string
	claim        claim
	parameters   parameters
	credential   Credential
}

// operation is one row of the vendor's API metadata.
type operation struct {
	methods []string
	// action is the RAM action that it needs; "" for none. They are not named like the operations.
	action string
	run    func(*Service, *call) (any, *refusal)
}

// supportedOperations has the RAM actions of the vendor's pages; that of ListInstances says that none is needed.
//
// Invented: the action of ListDeviceCertificateByCaSn.
func supportedOperations() map[string]operation {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	both := []string{http.MethodPost, http.MethodGet}
	return map[string]operation{
		"GetRegisterCode":             {get, "mq:GetRegisterCode", (*Service).getRegisterCode},
		"RegisterCaCertificate":       {both, "mq:RegisterCa", (*Service).registerCA},
		"ListCaCertificate":           {get, "mq:ListCaCertificate", (*Service).listCAs},
		"GetCaCertificate":            {get, "mq:GetCaCertificate", (*Service).getCA},
		"ActiveCaCertificate":         {post, "mq:ActiveCaCertificate", (*Service).activateCA},
		"InactivateCaCertificate":     {post, "mq:UnregisterCaCertificate", (*Service).inactivateCA},
		"DeleteCaCertificate":         {post, "mq:DeleteCaCertificate", (*Service).deleteCA},
		"ListDeviceCertificateByCaSn": {get, "mq:ListDeviceCertificateByCaSn", (*Service).listDevices},
		"ListInstances":               {get, "", (*Service).listInstances},
	}
}

// Operations returns the names of all operations, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(supportedOperations())) }

// Actions returns the RAM actions of all operations, sorted, for [Credential.Allow].
func Actions() []string {
	actions := []string{instanceAccess}
	for _, op := range supportedOperations() {
		if op.action != "" {
			actions = append(actions, op.action)
		}
	}
	slices.Sort(actions)
	return actions
}

// instance returns the id that a call names, once it is known to exist and to be the caller's.
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

func (s *Service) getRegisterCode(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	return registerCodeAnswer{c.requestID, s.book.code(instance, c.now)}, nil
}

func (s *Service) listCAs(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	all := s.book.list(instance, c.now, at.number == 1)
	page := caPage{s.forms.page(len(all), at.number, at.size), []caCertificateVO{}}
	for _, certificate := range on(at, all) {
		page.Certificates = append(page.Certificates, s.forms.ca(certificate))
	}
	for s.filler != nil && len(page.Certificates) < at.size {
		filler := *s.filler
		filler.sn = fmt.Sprintf("00e%d-%d", at.number, len(page.Certificates))
		page.Certificates = append(page.Certificates, s.forms.ca(filler))
	}
	return dataAnswer{c.requestID, page}, nil
}

// position is which page of a list is wanted.
type position struct{ number, size int }

// page reads what page a call asks for. The size may be cut to the service's own limit, and the answer echoes it so.
func (s *Service) page(c *call) (at position, refused *refusal) {
	if at.number, refused = c.parameters.number("PageNo", 1, math.MaxInt); refused != nil {
		return at, refused
	}
	at.size, refused = c.parameters.number("PageSize", 1, maxPageSize)
	at.size = min(at.size, s.pageLimit)
	return at, refused
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

// target returns the CA that a call names. The Sn is compared as a string: it names a CA only in the form that the service gave out.
func (s *Service) target(c *call) (instance, sn string, refused *refusal) {
	if instance, refused = s.instance(c); refused != nil {
		return "", "", refused
	}
	sn, refused = c.parameters.required("Sn")
	return instance, sn, refused
}

func (s *Service) getCA(c *call) (any, *refusal) {
	instance, sn, refused := s.target(c)
	if refused != nil {
		return nil, refused
	}
	for _, certificate := range s.book.list(instance, c.now, true) {
		if certificate.sn == sn {
			return dataAnswer{c.requestID, s.forms.ca(certificate)}, nil
		}
	}
	return nil, refuse(findCABySnError)
}

func (s *Service) activateCA(c *call) (any, *refusal) { return s.change(c, s.book.activate) }

func (s *Service) inactivateCA(c *call) (any, *refusal) { return s.change(c, s.book.inactivate) }

func (s *Service) deleteCA(c *call) (any, *refusal) { return s.change(c, s.book.delete) }

// change does one thing to a CA in the book.
//
// Invented: that changes reach a CA which lists don't show yet, and that activating an active CA or inactivating an inactive one is fine.
func (s *Service) change(c *call, do func(instance, sn string) bool) (any, *refusal) {
	instance, sn, refused := s.target(c)
	if refused != nil {
		return nil, refused
	}
	if !do(instance, sn) {
		return nil, refuse(findCABySnError)
	}
	return snAnswer{c.requestID, sn}, nil
}
