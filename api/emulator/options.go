package emulator

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Options set the content and behaviour of an emulated service.
type Options struct {
	Instances   []string     // each as ID or ID@REGION; at least one must exist
	Numbered    int          // the number of further instances: post-cn-emulated-0001 and so on
	Foreign     []string     // the instances of another account
	Credentials []Credential // the access keys known to the service; at least one
	Deny        []string     // the operations refused to everybody with NoPermission
	Groups      []string     // the groups of every instance; nil: DefaultGroup

	BrokerOneWay     bool         // the broker requests no certificate from devices
	BrokerNoPassword bool         // the broker ignores user name and password
	Refused          func(string) // called with the reason when the broker refuses a device; calls may overlap; may be nil

	Strangers    int // the number of other people's CAs on each instance from the start
	DevicesPerCA int // the number of device certificates added under each CA when it is registered

	RefuseNoDevices bool // ListDeviceCertificateByCaSn refuses a CA without devices (FindDeviceBySnError)

	ListDelay   time.Duration // the time after registration before lists and GetCaCertificate show a CA
	Flicker     time.Duration // the time afterwards in which only every second look shows it: replicas lag
	EndlessList bool          // every page of a list is full
	PageLimit   int           // the largest page, 1 to 100, returned if a PageSize is larger; 0: 100

	RotateCodes    bool          // each GetRegisterCode replaces the code: RegisterCodeError for the earlier one
	SingleUseCodes bool          // every submission uses up the code, even if refused: RegisterCodeUsed for the next
	CodeLifetime   time.Duration // RegisterCodeError afterwards; 0: until the code is used
	CodeLength     int           // of a code, 36 to 64 characters; 0: 46, like the vendor's example

	// Forms on which the vendor's texts disagree. Empty: the first form of each type.
	Numbers     NumberForm
	PEM         PEMForm
	Total       TotalForm
	Sn          SnForm
	SnScope     SnScope
	Label       LabelForm
	Order       Order
	Statuses    Statuses
	ControlText bool // control characters in messages of refusals and in names of strangers and instances

	RateLimit bool // enforce 500 calls a second per user and operation, and 300 per address
	Quota     int  // calls a second per user over all operations; 0: no limit

	Now       func() time.Time // the clock, safe for concurrent use; nil: time.Now
	ClockSkew time.Duration    // how far the service's clock is ahead of Now; negative: behind

	Journal bool    // keep each request for Service.Requests
	Faults  []Fault // injected into the calls they name
	Mixture Mixture // decides if none of Faults matches

	// Hard selects a non-default form if the vendor's texts differ or are silent, so that no client
	// can be fitted to the emulator, and every list has several pages. It sets no delay, flicker,
	// skew or fault.
	Hard bool
}

const maxPageSize = 100

// usual holds the defaults of Options. It is read-only.
var usual = Options{
	PageLimit: maxPageSize, CodeLength: defaultCodeLength, Numbers: Typed, PEM: LineFeeds, Total: PerList, Sn: Padded, SnScope: ScopeRegion, Label: LabelDevice,
	Order: OldestFirst, Statuses: StatusesAfterNotice, Now: time.Now, Groups: []string{DefaultGroup}, Refused: func(string) {},
}

// hard holds the defaults under Options.Hard. It is read-only.
var hard = Options{
	PageLimit: 3, Strangers: 4, CodeLength: maxCodeLength, Numbers: Strings, PEM: Escaped, Total: Pages, Sn: Upper, SnScope: ScopeGlobal, Label: LabelCertificate,
	Order: NewestFirst, Statuses: StatusesBeforeNotice, RotateCodes: true, SingleUseCodes: true, RefuseNoDevices: true, ControlText: true,
}

// withDefaults fills empty fields, and adds the numbered instances.
func (o Options) withDefaults() Options {
	if o.Hard {
		o = o.or(hard)
	}
	o = o.or(usual)
	o.Instances = slices.Clone(o.Instances)
	for n := range min(o.Numbered, maxNumbered) {
		o.Instances = append(o.Instances, fmt.Sprintf("post-cn-emulated-%04d", n+1))
	}
	return o
}

// or fills empty fields from others.
func (o Options) or(others Options) Options {
	for field, value := range reflect.ValueOf(&o).Elem().Fields() {
		if value.IsZero() {
			value.Set(reflect.ValueOf(others).FieldByIndex(field.Index))
		}
	}
	return o
}

func (o Options) validate() error {
	return cmp.Or(
		chooseAll("operation to deny", o.Deny, Operations()),
		validateGroups(o.Groups),
		choose("form of numbers", o.Numbers, Typed, Numbers, Strings),
		choose("form of PEM", o.PEM, LineFeeds, Escaped),
		choose("form of Total", o.Total, PerList, Records, Pages),
		choose("form of Sn", o.Sn, Padded, Upper, Plain, DER, Colons),
		choose("label", o.Label, LabelDevice, LabelCertificate),
		choose("scope of Sn", o.SnScope, ScopeInstance, ScopeRegion, ScopeGlobal),
		choose("order", o.Order, OldestFirst, NewestFirst),
		choose("statuses", o.Statuses, StatusesAfterNotice, StatusesBeforeNotice),
		within("page limit", o.PageLimit, 1, maxPageSize),
		within("code length", o.CodeLength, uuidLength, maxCodeLength),
		within("number of instances", o.Numbered, 0, maxNumbered),
		within("quota", o.Quota, 0, maxQuota),
		within("number of strangers", o.Strangers, 0, maxStrangers),
		within("number of devices", o.DevicesPerCA, 0, maxDevicesPerCA),
		validateFaults(o.Faults),
		o.Mixture.validate(),
	)
}

// Limits of the in-memory book, and of its registration codes.
const (
	uuidLength        = 36
	defaultCodeLength = 46     // of the vendor's example: a UUID and ten digits
	maxCodeLength     = 64     // of X.520 for a common name
	maxNumbered       = 10_000 // ListInstances returns all in one answer
	maxQuota          = 10_000
	maxStrangers      = 1000
	maxDevicesPerCA   = 100_000
)

// choose checks that a word is allowed.
func choose[T ~string](name string, word T, allowed ...T) error {
	if slices.Contains(allowed, word) {
		return nil
	}
	names := make([]string, len(allowed))
	for i, known := range allowed {
		names[i] = string(known)
	}
	return fmt.Errorf("emulator: %s %q is not one of %s", name, string(word), strings.Join(names, ", "))
}

func chooseAll(name string, words, allowed []string) (err error) {
	for _, word := range words {
		err = cmp.Or(err, choose(name, word, allowed...))
	}
	return err
}

func within(name string, value, low, high int) error {
	if value < low || value > high {
		return fmt.Errorf("emulator: %s %d is not between %d and %d", name, value, low, high)
	}
	return nil
}
