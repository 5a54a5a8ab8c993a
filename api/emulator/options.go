package emulator

import (
	"cmp"
	"fmt"
	"time"
)

// Options says what exists in an emulated service and how it behaves.
type Options struct {
	// Instances are the ids of the instances of [DefaultAccount].
	Instances []string
	// Accounts are further accounts, with the instances that they own. There must be one instance at least.
	Accounts []Account
	// Credentials are the access keys that are known; at least one.
	Credentials []Credential
	// Deny names the operations that are answered with NoPermission to everybody.
	Deny []string
	// Strangers is how many CAs of other people each instance has from the start.
	Strangers int
	// DevicesPerCA is how many device certificates appear under each CA when it is registered.
	DevicesPerCA int

	// ListDelay is how long after its registration a CA appears in ListCaCertificate and GetCaCertificate.
	ListDelay time.Duration
	// Flicker is how long after that it is there at every other look only, at the first not: replicas lag.
	Flicker time.Duration
	// EndlessList goes on with one full page after another.
	EndlessList bool
	// PageLimit is the largest page of a list, 1 to 100. To a PageSize above it the answer echoes the limit. 0: 100.
	PageLimit int

	// RotateCodes makes each GetRegisterCode replace the instance's code: RegisterCodeError for the one before.
	RotateCodes bool
	// SingleUseCodes makes a code serve for one submission, also a refused one: RegisterCodeUsed for the next.
	SingleUseCodes bool
	// CodeLifetime is how long a code is good: RegisterCodeError afterwards. 0: until it is used.
	CodeLifetime time.Duration
	// CodeLength is the number of characters of a code, 36 to 64. 0: 46, like the vendor's example.
	CodeLength int
	// NewCode makes registration codes; nil: random codes of the vendor's shape. Calls never overlap; it must not call the Service.
	NewCode func() string

	// What the vendor's texts disagree on. Empty: the first form of each type.
	Numbers  NumberForm
	PEM      PEMForm
	Total    TotalForm
	Sn       SnForm
	Order    Order
	Statuses Statuses
	// ControlText puts control characters into the messages of refusals and the names of strangers and instances.
	ControlText bool

	// ClockSkew is how far the service's clock is ahead of Now; below zero: behind.
	ClockSkew time.Duration
	// Now is the clock; nil: time.Now. It must be safe for concurrent use.
	Now func() time.Time

	// Faults are injected into the calls that they name. Where none fits, Mixture decides.
	Faults  []Fault
	Mixture Mixture

	// Hard differs from the real service where a client should not rely on it, so that none can be fitted to this one. Of what is left
	// empty above it makes:
	//   - PageLimit 3 and Strangers 4, so that every list has several pages; Order newest; Total pages
	//   - Numbers strings; PEM escaped; Sn upper; Statuses before
	//   - CodeLength 64, the most that X.520 allows in a common name; RotateCodes and SingleUseCodes
	//   - ControlText
	// What it does not make: delays, flicker, skew, faults.
	Hard bool
}

const maxPageSize = 100

// withDefaults fills in what is left empty.
func (o Options) withDefaults() Options {
	if o.Hard {
		o = o.hardened()
	}
	o.Numbers = cmp.Or(o.Numbers, Numbers)
	o.PEM = cmp.Or(o.PEM, LineFeeds)
	o.Total = cmp.Or(o.Total, Records)
	o.Sn = cmp.Or(o.Sn, Padded)
	o.Order = cmp.Or(o.Order, OldestFirst)
	o.Statuses = cmp.Or(o.Statuses, StatusesAfterNotice)
	o.PageLimit = cmp.Or(o.PageLimit, maxPageSize)
	o.CodeLength = cmp.Or(o.CodeLength, defaultCodeLength)
	length := o.CodeLength
	if o.NewCode == nil {
		o.NewCode = func() string { return newRegisterCode(length) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Credentials = inDefaultAccount(o.Credentials)
	return o
}

func (o Options) hardened() Options {
	o.PageLimit = cmp.Or(o.PageLimit, 3)
	o.Strangers = cmp.Or(o.Strangers, 4)
	o.Order = cmp.Or(o.Order, NewestFirst)
	o.Total = cmp.Or(o.Total, Pages)
	o.Numbers = cmp.Or(o.Numbers, Strings)
	o.PEM = cmp.Or(o.PEM, Escaped)
	o.Sn = cmp.Or(o.Sn, Upper)
	o.Statuses = cmp.Or(o.Statuses, StatusesBeforeNotice)
	o.CodeLength = cmp.Or(o.CodeLength, maxCodeLength)
	o.RotateCodes, o.SingleUseCodes, o.ControlText = true, true, true
	return o
}

func (o Options) validate(operations map[string]operation) error {
	checks := []func() error{
		o.validateAccounts,
		func() error { return o.validateCredentials(operations) },
		func() error { return validateDeny(o.Deny, operations) },
		o.validateForms,
		o.validateDurations,
		o.validateNumbers,
		func() error { return validateFaults(o.Faults, operations) },
		o.Mixture.validate,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func validateDeny(names []string, operations map[string]operation) error {
	for _, name := range names {
		if _, ok := operations[name]; !ok {
			return fmt.Errorf("emulator: cannot deny %q: no such operation", name)
		}
	}
	return nil
}

func (o Options) validateDurations() error {
	for _, d := range []struct {
		what  string
		value time.Duration
	}{{"list delay", o.ListDelay}, {"flicker", o.Flicker}, {"code lifetime", o.CodeLifetime}} {
		if d.value < 0 {
			return fmt.Errorf("emulator: %s %v is negative", d.what, d.value)
		}
	}
	return nil
}

// Limits of what is made up; a book is in memory.
const (
	maxCodeLength   = 64
	maxStrangers    = 1000
	maxDevicesPerCA = 100_000
)

func (o Options) validateNumbers() error {
	for _, n := range []struct {
		what             string
		value, low, high int
	}{
		{"page limit", o.PageLimit, 1, maxPageSize},
		{"code length", o.CodeLength, uuidLength, maxCodeLength},
		{"number of strangers", o.Strangers, 0, maxStrangers},
		{"number of devices", o.DevicesPerCA, 0, maxDevicesPerCA},
	} {
		if n.value < n.low || n.value > n.high {
			return fmt.Errorf("emulator: %s %d is not %d to %d", n.what, n.value, n.low, n.high)
		}
	}
	return nil
}
