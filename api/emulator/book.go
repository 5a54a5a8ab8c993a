package emulator

import (
	"crypto/x509"
	"slices"
	"time"
)

// A record is a CA, submitted or registered, with its verification certificate.
type record struct {
	caCertificateVO        // RegistrationCode is the verification certificate's, or "" if it has none
	instance, scope string // the instance, and the scope in which its serial number must be unique
	ca              *x509.Certificate
	registered      time.Time
	inactive        bool
	stranger        bool
	hidden          bool // from the replica of the last look
	devices         []*Device
}

// A book holds the CAs and registration codes of all instances. The service's lock guards it.
type book struct {
	options   Options
	codes     map[string]issuedCode // the current ones, by instance
	usedCodes map[string]bool
	records   []*record // in order of registration
}

// register adds a CA, or refuses it and changes nothing. It checks the code before the serial
// number.
// Invented: sn-unique.
func (b *book) register(entry *record, now time.Time) *refusal {
	if refused := b.checkCode(entry.instance, entry.RegistrationCode, now); refused != nil {
		return refused
	}
	if slices.ContainsFunc(b.records, func(r *record) bool {
		return r.scope == entry.scope && r.ca.SerialNumber.Cmp(entry.ca.SerialNumber) == 0
	}) {
		return refuse("SnNotUnique")
	}
	entry.registered = now
	entry.addNumbered(b.options.DevicesPerCA, b.options.Sn)
	b.records = append(b.records, entry)
	b.spendCode(entry.instance, entry.RegistrationCode)
	return nil
}

// list returns the CAs of an instance visible to a reader now. Another replica may answer a new
// look; the next page of a list is not a new look.
// Invented: order.
func (b *book) list(instance string, now time.Time, newLook bool) []*record {
	visible := slices.DeleteFunc(b.of(instance), func(r *record) bool { return !b.shows(r, now, newLook) })
	if b.options.Order == NewestFirst {
		slices.Reverse(visible)
	}
	return visible
}

// shows reports whether a reader sees a CA: never until the list delay is over, then at every
// second look while it flickers, and always afterwards.
func (b *book) shows(entry *record, now time.Time, newLook bool) bool {
	visible := entry.registered.Add(b.options.ListDelay)
	switch {
	case now.Before(visible):
		return false
	case entry.stranger || !now.Before(visible.Add(b.options.Flicker)):
		return true
	case newLook:
		entry.hidden = !entry.hidden
	}
	return !entry.hidden
}

func (b *book) activate(entry *record)   { entry.inactive = false }
func (b *book) inactivate(entry *record) { entry.inactive = true }

// delete removes a CA and all devices registered under it.
// Invented: deleted.
func (b *book) delete(entry *record) {
	b.records = slices.DeleteFunc(b.records, func(r *record) bool { return r == entry })
}

func (b *book) of(instance string) []*record {
	return slices.DeleteFunc(slices.Clone(b.records), func(r *record) bool { return r.instance != instance })
}

func (b *book) find(instance, sn string) *record {
	i := slices.IndexFunc(b.records, func(r *record) bool { return r.instance == instance && r.Sn == sn })
	if i < 0 {
		return nil
	}
	return b.records[i]
}

// A Registration is an entry in the emulator's book.
type Registration struct {
	InstanceID string
	Sn         string // the serial number in the service's form
	Name       string
	CASHA256   string // of the CA certificate's DER, in lower-case hex
	Active     bool
	Code       string // the registration code used to register the CA
}

// Registrations returns the emulator's book in the order of registration, regardless of the delays
// and flicker of lists. It omits deleted CAs and those of Options.Strangers.
func (s *Service) Registrations() []Registration {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Registration{}
	for _, entry := range s.book.records {
		if entry.stranger {
			continue
		}
		list = append(list, Registration{
			InstanceID: entry.instance,
			Sn:         entry.Sn,
			Name:       entry.CaName,
			CASHA256:   hexSHA256(entry.ca.Raw),
			Active:     !entry.inactive,
			Code:       entry.RegistrationCode,
		})
	}
	return list
}
