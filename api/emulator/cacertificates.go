package emulator

import "fmt"

// A caCertificateVO is the vendor's type, by its reference page of ListCaCertificate.
// ValidBegin and ValidEnd are the CA certificate's, in Unix milliseconds.
type caCertificateVO struct {
	RegistrationCode    string
	CaName              string
	Sn                  string
	CaContent           string
	VerificationContent string
	ValidBegin          number
	ValidEnd            number
	Status              number
}

type caPage struct {
	pageInfo
	Certificates []caCertificateVO `json:"CaCertificateVOS" xml:"CaCertificateVOS"`
}

// ca returns a CA in the forms of the options.
func (o Options) ca(r *record) caCertificateVO {
	vo := r.caCertificateVO
	vo.CaContent, vo.VerificationContent = o.certificate(vo.CaContent), o.certificate(vo.VerificationContent)
	vo.ValidBegin, vo.ValidEnd = o.time(r.ca.NotBefore), o.time(r.ca.NotAfter)
	vo.Status = o.status(r.inactive)
	return vo
}

func (s *Service) listCAs(c *call) (any, *refusal) {
	instance, at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	all := s.book.list(instance, c.now, at.number == 1)
	page := caPage{s.options.page(len(all), at, Pages), []caCertificateVO{}}
	for _, entry := range on(at, all) {
		page.Certificates = append(page.Certificates, s.options.ca(entry))
	}
	for s.filler != nil && len(page.Certificates) < at.size {
		filler := *s.filler
		filler.Sn = fmt.Sprintf("00e%d-%d", at.number, len(page.Certificates))
		page.Certificates = append(page.Certificates, s.options.ca(&filler))
	}
	return answer{RequestID: c.requestID, Data: page}, nil
}

func (s *Service) getCA(c *call) (any, *refusal) {
	instance, sn, refused := s.target(c, "Sn")
	if refused != nil {
		return nil, refused
	}
	for _, entry := range s.book.list(instance, c.now, true) {
		if entry.Sn == sn {
			return answer{RequestID: c.requestID, Data: s.options.ca(entry)}, nil
		}
	}
	return nil, refuse("FindCaBySnError")
}

// changeCA returns the operation that changes the CA that a call names.
// Invented: changes.
func changeCA(change func(*book, *record)) func(*Service, *call) (any, *refusal) {
	return func(s *Service, c *call) (any, *refusal) {
		instance, sn, refused := s.target(c, "Sn")
		if refused != nil {
			return nil, refused
		}
		entry := s.book.find(instance, sn)
		if entry == nil {
			return nil, refuse("FindCaBySnError")
		}
		change(&s.book, entry)
		return answer{RequestID: c.requestID, Sn: sn}, nil
	}
}

// target returns the CA that a call names, by the Sn in a parameter: only as the service
// wrote it.
func (s *Service) target(c *call, parameter string) (instance, sn string, refused *refusal) {
	if instance, refused = s.instance(c); refused != nil {
		return "", "", refused
	}
	sn, refused = c.required(parameter)
	return instance, sn, refused
}
