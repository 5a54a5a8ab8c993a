package emulator

import (
	"slices"
	"time"
)

// A record is a registered CA.
type record struct {
	submission
	registered time.Time
	inactive   bool
	stranger   bool
	hidden     bool // by the replica that answered the last look
	devices    []*device
}

// A book has the CAs and registration codes of all instances. The lock of the service
// guards it.
type book struct {
	options   Options
	codes     map[string]issuedCode // the current ones, by instance
	usedCodes map[string]bool
	records   []*record // in order of registration
}

// register enters a CA. If it refuses, it has changed nothing. It checks the code before
// the serial number.
// Invented: sn-unique.
func (b *book) register(sub submission, now time.Time) *refusal {
	if refused := b.checkCode(sub.instance, sub.RegistrationCode, now); refused != nil {
		return refused
	}
	if slices.ContainsFunc(b.records, func(r *record) bool { return r.scope == sub.scope && r.ca.SerialNumber.Cmp(sub.ca.SerialNumber) == 0 }) {
		return refuse("SnNotUnique")
	}
	entry := &record{submission: sub, registered: now}
	entry.addNumbered(b.options.DevicesPerCA, b.options.Sn)
	b.records = append(b.records, entry)
	b.spendCode(sub.instance, sub.RegistrationCode)
	return nil
}

// list returns the CAs of an instance that a reader sees now. A new look may be answered
// by another replica; the next page of a list is not a new look.
// Invented: order.
func (b *book) list(instance string, now time.Time, newLook bool) []*record {
	visible := slices.DeleteFunc(b.of(instance), func(r *record) bool { return !b.shows(r, now, newLook) })
	if b.options.Order == NewestFirst {
		slices.Reverse(visible)
	}
	return visible
}

// shows reports whether a reader sees a CA: never until the list delay is over, then,
// while it flickers, at every second look, and from then on always.
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

// delete removes a CA and all devices that were registered under it.
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

// A Registration is an entry of the emulator's own book.
type Registration struct {
	InstanceID string
	Sn         string // the serial number as the service wrote it
	Name       string
	CASHA256   string // of the CA certificate's DER encoding, in lower-case hex
	Active     bool
	Code       string // the registration code that the CA was registered with
}

// Registrations returns the emulator's own book in the order of registration, regardless
// of delays and flicker of lists. It leaves out deleted CAs and those of
// Options.Strangers.
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
