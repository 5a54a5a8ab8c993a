package emulator

import (
	"math"
	"net/http"
	"time"
)

// call is one request on its way to an operation.
type call struct {
	requestID  string
	now        time.Time
	parameters parameters
}

// operation is one row of the vendor's API metadata.
type operation struct {
	methods []string
	run     func(*Service, *call) (any, *refusal)
}

func supportedOperations() map[string]operation {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	return map[string]operation{
		"GetRegisterCode":         {get, (*Service).getRegisterCode},
		"RegisterCaCertificate":   {[]string{http.MethodPost, http.MethodGet}, (*Service).registerCA},
		"ListCaCertificate":       {get, (*Service).listCAs},
		"GetCaCertificate":        {get, (*Service).getCA},
		"ActiveCaCertificate":     {post, (*Service).activateCA},
		"InactivateCaCertificate": {post, (*Service).inactivateCA},
		"DeleteCaCertificate":     {post, (*Service).deleteCA},
	}
}

// instance returns the id that a call names, once it is known to exist.
func (s *Service) instance(c *call) (string, *refusal) {
	id, refused := c.parameters.required("MqttInstanceId")
	if refused != nil {
		return "", refused
	}
	if !s.book.has(id) {
		return "", refuse(mqttInstanceNotFound)
	}
	return id, nil
}

func (s *Service) getRegisterCode(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	return registerCodeAnswer{c.requestID, s.book.currentCode(instance)}, nil
}

func (s *Service) listCAs(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	pageNo, refused := c.parameters.number("PageNo", 1, math.MaxInt)
	if refused != nil {
		return nil, refused
	}
	pageSize, refused := c.parameters.number("PageSize", 1, 100)
	if refused != nil {
		return nil, refused
	}
	all := s.book.list(instance, c.now)
	page := listPage{Total: len(all), PageNo: pageNo, PageSize: pageSize, Certificates: []caCertificate{}}
	// Divided rather than multiplied: a huge PageNo must not overflow.
	if pageNo-1 <= len(all)/pageSize {
		start := (pageNo - 1) * pageSize
		page.Certificates = append(page.Certificates, all[start:min(start+pageSize, len(all))]...)
	}
	return listAnswer{c.requestID, page}, nil
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
	for _, certificate := range s.book.list(instance, c.now) {
		if certificate.Sn == sn {
			return caAnswer{c.requestID, certificate}, nil
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
