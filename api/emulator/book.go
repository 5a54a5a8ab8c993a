package emulator

import (
	"slices"
	"sync"
	"time"
)

// Registration is one entry of the emulator's own book.
type Registration struct {
	InstanceID string
	// Sn is the serial number in the form that the service gave out.
	Sn   string
	Name string
	// CASHA256 is the SHA-256 of the CA certificate's DER encoding, in lower-case hex.
	CASHA256 string
	Active   bool
	// Code is the registration code that the CA was registered with.
	Code string
}

type record struct {
	instance    string
	caSHA256    string
	serial      string
	registered  time.Time
	certificate caCertificate
}

// book is all that the service remembers of instances and their CAs.
type book struct {
	listDelay time.Duration
	newCode   func() string

	mu        sync.Mutex
	codes     map[string]string // by instance; "" where none is current
	usedCodes map[string]bool
	serials   map[string]bool
	records   []*record // in order of registration
}

func newBook(instances []string, listDelay time.Duration, newCode func() string) *book {
	if newCode == nil {
		newCode = newRegisterCode
	}
	b := &book{
		listDelay: listDelay,
		newCode:   newCode,
		codes:     make(map[string]string),
		usedCodes: make(map[string]bool),
		serials:   make(map[string]bool),
	}
	for _, instance := range instances {
		b.codes[instance] = ""
	}
	return b
}

func (b *book) has(instance string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.codes[instance]
	return ok
}

// currentCode returns an instance's registration code.
//
// Invented: that the code stays the same until a registration has used it.
func (b *book) currentCode(instance string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.codes[instance] == "" {
		b.codes[instance] = b.newCode()
	}
	return b.codes[instance]
}

// register enters a CA, or says why not and changes nothing. A code that has served is told from one that is merely wrong, and looked
// for first.
//
// Invented: that "in global" of SnNotUnique means all instances of this service, that a code which has served at any instance counts as
// used at all of them, and that serial numbers are compared without regard to the issuer.
func (b *book) register(sub submission, now time.Time) *refusal {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry := sub.record()
	switch {
	case sub.registerCode == "":
		return refuse(registerCodeError)
	case b.usedCodes[sub.registerCode]:
		return refuse(registerCodeUsed)
	case sub.registerCode != b.codes[sub.instance]:
		return refuse(registerCodeError)
	case b.serials[entry.serial]:
		return refuse(snNotUnique)
	}
	entry.registered = now
	b.records = append(b.records, entry)
	b.serials[entry.serial] = true
	b.usedCodes[sub.registerCode] = true
	b.codes[sub.instance] = ""
	return nil
}

// list returns the CAs of an instance that readers see by now, oldest first.
//
// Invented: the order.
func (b *book) list(instance string, now time.Time) []caCertificate {
	b.mu.Lock()
	defer b.mu.Unlock()
	var visible []caCertificate
	for _, entry := range b.records {
		if entry.instance == instance && !now.Before(entry.registered.Add(b.listDelay)) {
			visible = append(visible, entry.certificate)
		}
	}
	return visible
}

func (b *book) activate(instance, sn string) bool { return b.setStatus(instance, sn, statusActive) }

func (b *book) inactivate(instance, sn string) bool { return b.setStatus(instance, sn, statusInactive) }

func (b *book) setStatus(instance, sn string, status int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.find(instance, sn)
	if i < 0 {
		return false
	}
	b.records[i].certificate.Status = status
	return true
}

// delete takes a CA out of the book.
//
// Invented: that its serial number may be registered again afterwards. Its code stays used.
func (b *book) delete(instance, sn string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.find(instance, sn)
	if i < 0 {
		return false
	}
	delete(b.serials, b.records[i].serial)
	b.records = slices.Delete(b.records, i, i+1)
	return true
}

func (b *book) find(instance, sn string) int {
	return slices.IndexFunc(b.records, func(entry *record) bool {
		return entry.instance == instance && entry.certificate.Sn == sn
	})
}

func (b *book) registrations() []Registration {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Registration, len(b.records))
	for i, entry := range b.records {
		list[i] = Registration{
			InstanceID: entry.instance,
			Sn:         entry.certificate.Sn,
			Name:       entry.certificate.CaName,
			CASHA256:   entry.caSHA256,
			Active:     entry.certificate.Status == statusActive,
			Code:       entry.certificate.RegistrationCode,
		}
	}
	return list
}
