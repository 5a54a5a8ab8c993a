package emulator

import "fmt"

// A caCertificateVO is the vendor's type, by its reference page of ListCaCertificate. ValidBegin
// and ValidEnd are the CA certificate's, in Unix milliseconds.
type caCertificateVO struct {
	RegistrationCode, CaName, Sn, CaContent, VerificationContent string
	ValidBegin, ValidEnd, Status                                 any
}

// ca returns a CA in the forms set by the options.
func (o Options) ca(r *record) caCertificateVO {
	vo := r.caCertificateVO
	vo.CaContent, vo.VerificationContent = o.certificate(vo.CaContent), o.certificate(vo.VerificationContent)
	vo.ValidBegin, vo.ValidEnd = o.time(r.ca.NotBefore), o.time(r.ca.NotAfter)
	vo.Status = o.status(r.inactive)
	return vo
}

func (s *Service) listCAs(c *call) (answer, *refusal) {
	all := s.book.list(c.value("MqttInstanceId"), c.now, c.number("PageNo") == 1)
	page, entries, size := newPage(s.options, c, all, Pages, s.options.ca)
	for s.filler != nil && len(entries) < size {
		filler := *s.filler
		filler.Sn = fmt.Sprintf("00e%d-%d", c.number("PageNo"), len(entries))
		entries = append(entries, s.options.ca(&filler))
	}
	page.CaCertificateVOS = entries
	return answer{Data: page}, nil
}

func (s *Service) getCA(c *call) (answer, *refusal) {
	for _, entry := range s.book.list(c.value("MqttInstanceId"), c.now, true) {
		if entry.Sn == c.value("Sn") {
			return answer{Data: s.options.ca(entry)}, nil
		}
	}
	return answer{}, refuse("FindCaBySnError")
}

// changeCA returns an operation to change the CA named by a call. The Sn must have the service's
// form.
// Invented: changes.
func changeCA(change func(*book, *record)) func(*Service, *call) (answer, *refusal) {
	return func(s *Service, c *call) (answer, *refusal) {
		entry := s.book.find(c.value("MqttInstanceId"), c.value("Sn"))
		if entry == nil {
			return answer{}, refuse("FindCaBySnError")
		}
		change(&s.book, entry)
		return answer{Sn: entry.Sn}, nil
	}
}
