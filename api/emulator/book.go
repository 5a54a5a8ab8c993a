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

// The values of a CA's Status, by the vendor's reference page of ListCaCertificate.
const (
	statusInactive = 0
	statusActive   = 1
)

// caCertificate is what the book has of a CA.
type caCertificate struct {
	registerCode        string
	name                string
	sn                  string
	content             string
	verification        string
	notBefore, notAfter time.Time
	status              int
}

type record struct {
	instance    string
	caSHA256    string
	serial      string
	registered  time.Time
	stranger    bool
	hidden      bool // by the replica that was asked last
	certificate caCertificate
	devices     []Device
}

// book is all that the service remembers of instances and their CAs.
type book struct {
	listDelay time.Duration
	flicker   time.Duration
	order     Order
	devices   int // under each new CA

	mu      sync.Mutex
	codes   *codes
	serials map[string]bool
	records []*record // in order of registration
}

func newBook(o Options) *book {
	return &book{
		listDelay: o.ListDelay,
		flicker:   o.Flicker,
		order:     o.Order,
		devices:   o.DevicesPerCA,
		codes:     newCodes(o),
		serials:   make(map[string]bool),
	}
}

// code returns an instance's registration code.
func (b *book) code(instance string, now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.codes.fetch(instance, now)
}

// register enters a CA, or says why not and changes nothing. The code is looked at first.
//
// Invented: that "in global" of SnNotUnique means all instances of this service, and that serial numbers are compared without regard to
// the issuer.
func (b *book) register(sub submission, now time.Time) *refusal {
	b.mu.Lock()
	defer b.mu.Unlock()
	if refused := b.codes.check(sub.instance, sub.registerCode, now); refused != nil {
		return refused
	}
	entry := sub.record(now)
	if b.serials[entry.serial] {
		return refuse(snNotUnique)
	}
	entry.devices = newDevices(b.devices, entry)
	b.enter(entry)
	b.codes.spend(sub.instance, sub.registerCode)
	return nil
}

// enter expects the lock to be held.
func (b *book) enter(entry *record) {
	b.records = append(b.records, entry)
	b.serials[entry.serial] = true
}

// refused takes note of a submission that was refused.
func (b *book) refused(instance, code string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.codes.refused(instance, code)
}

// list returns the CAs of an instance that readers see by now. A new look may be answered by another replica; going on to the next
// page of a list is not one.
//
// Invented: the order.
func (b *book) list(instance string, now time.Time, newLook bool) []caCertificate {
	b.mu.Lock()
	defer b.mu.Unlock()
	var visible []caCertificate
	for _, entry := range b.records {
		if entry.instance == instance && b.shows(entry, now, newLook) {
			visible = append(visible, entry.certificate)
		}
	}
	if b.order == NewestFirst {
		slices.Reverse(visible)
	}
	return visible
}

// shows reports whether a reader sees a CA: not before the list delay is over, then while it flickers at every other look, the first
// of them not, and from then on always.
func (b *book) shows(entry *record, now time.Time, newLook bool) bool {
	visible := entry.registered.Add(b.listDelay)
	switch {
	case now.Before(visible):
		return false
	case entry.stranger || !now.Before(visible.Add(b.flicker)):
		return true
	case newLook:
		entry.hidden = !entry.hidden
	}
	return !entry.hidden
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
	b.records[i].certificate.status = status
	return true
}

// delete takes a CA out of the book, and with it all devices that were registered under it.
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
		return entry.instance == instance && entry.certificate.sn == sn
	})
}

func (b *book) registrations() []Registration {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []Registration{}
	for _, entry := range b.records {
		if entry.stranger {
			continue
		}
		list = append(list, Registration{
			InstanceID: entry.instance,
			Sn:         entry.certificate.sn,
			Name:       entry.certificate.name,
			CASHA256:   entry.caSHA256,
			Active:     entry.certificate.status == statusActive,
			Code:       entry.certificate.registerCode,
		})
	}
	return list
}
