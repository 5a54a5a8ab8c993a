package emulator

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The vendor's texts and SDKs disagree on some forms. Each of these types has the observed forms,
// and some more that a client should accept. Empty means the first of them, or the choice of
// Options.Hard. Invented: forms.
type (
	// A NumberForm is the form of numbers in answers.
	NumberForm string
	// A PEMForm is the line ending in PEM: a line feed, or a backslash and n.
	PEMForm string
	// A TotalForm is the unit of Total in lists of certificates.
	TotalForm string
	// An SnForm is the form of serial numbers. The service finds a CA only by this form.
	SnForm string
	// A LabelForm is the PEM label of device certificates.
	LabelForm string
	// An SnScope is the scope in which a CA's serial number must be unique.
	SnScope string
	// An Order is the order of the certificates in a list.
	Order string
)

// The forms.
const (
	Typed   NumberForm = "typed"   // as the vendor's SDKs type them: Status and times are strings
	Numbers NumberForm = "numbers" // all are JSON numbers
	Strings NumberForm = "strings" // all are strings

	LineFeeds PEMForm = "line-feeds"
	Escaped   PEMForm = "escaped"

	PerList TotalForm = "per-list" // pages of CAs and records of devices, as on the Chinese pages
	Records TotalForm = "records"
	Pages   TotalForm = "pages"

	LabelDevice      LabelForm = "devicecertificate" // as in the vendor's examples
	LabelCertificate LabelForm = "certificate"

	Padded SnForm = "padded" // 007269004887: begins with a zero byte, as in the vendor's examples
	Upper  SnForm = "upper"  // 0072FF004887
	Plain  SnForm = "plain"  // 7269004887: no leading zeros
	DER    SnForm = "der"    // 00f26900ba87, but 7269004887: a zero byte only if the top bit is set
	Colons SnForm = "colons" // 00:72:69:00:48:87

	ScopeRegion   SnScope = "region" // a CA may be on several instances, one per region, as on a newer page
	ScopeInstance SnScope = "instance"
	ScopeGlobal   SnScope = "global" // as in the text of SnNotUnique

	OldestFirst Order = "oldest"
	NewestFirst Order = "newest"
)

// number returns a number for an answer.
func (o Options) number(value int64) any {
	if o.Numbers == Strings {
		return strconv.FormatInt(value, 10)
	}
	return value
}

// quoted is number for values typed as strings in the vendor's SDKs.
func (o Options) quoted(value int64) any {
	if o.Numbers == Numbers {
		return value
	}
	return strconv.FormatInt(value, 10)
}

func (o Options) time(t time.Time) any { return o.quoted(t.UnixMilli()) }

func (o Options) certificate(pem string) string {
	if o.PEM == Escaped {
		return strings.ReplaceAll(pem, "\n", `\n`)
	}
	return pem
}

// hostileText sets a terminal's colour, begins a new line and reverses the text.
const hostileText = " \x1b[31m\r\nerror: \u202edegrof\x07"

func (o Options) text(text string) string {
	if o.ControlText {
		return text + hostileText
	}
	return text
}

// status returns the Status of a certificate, by the page of ListCaCertificate.
func (o Options) status(inactive bool) any {
	if inactive {
		return o.quoted(0)
	}
	return o.quoted(1)
}

// format writes a number as whole bytes in lower-case hex, as the vendor does ("007269004887").
// Invented: sn.
func (form SnForm) format(serial *big.Int) string {
	digits, sign := serial.FillBytes(make([]byte, max(1, (serial.BitLen()+7)/8))), ""
	if form != DER || digits[0] >= 0x80 {
		digits = slices.Insert(digits, 0, 0)
	}
	if serial.Sign() < 0 {
		sign = "-"
	}
	switch form {
	case Plain:
		return serial.Text(16)
	case Upper:
		return sign + fmt.Sprintf("%X", digits)
	case Colons:
		return sign + strings.ReplaceAll(fmt.Sprintf("% x", digits), " ", ":")
	}
	return sign + fmt.Sprintf("%x", digits)
}

// device writes the serial number of a device certificate. In the vendor's examples it begins
// without a zero byte (356217374433), as in DER.
func (form SnForm) device(serial *big.Int) string {
	if form == Padded {
		form = DER
	}
	return form.format(serial)
}
