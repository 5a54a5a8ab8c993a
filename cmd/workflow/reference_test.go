package workflow

import (
	"crypto/x509"
	"math/big"
	"slices"
	"strings"
	"testing"

	"mqttca/api"
	"mqttca/pki"
)

func TestSerialNumber(t *testing.T) {
	tests := []struct{ text, want string }{
		{"4d21", "4d21"},
		{"4D:21", "4d21"},
		{"4D 21", "4d21"},
		{"004d21", "4d21"},
		{"0x4D21", "4d21"},
		{" 4d21\n", "4d21"},
		{`"4d21"`, "4d21"},
		{"12", "12"},
		{"16", "16"}, // never decimal: 0x10 is another CA
		{"serial=4D21", "4d21"},
		{"serial=16", "16"},
		{"Sn             004d21", "4d21"},
		{"sn=4d21", "4d21"},
		{"Serial Number: 4660 (0x1234)", "1234"},
		{"        Serial Number:\n            4d:21", "4d21"},
		{"Serial Number: 4d:21", "4d21"},
		{"", ""},
		{" ", ""},
		{"serial=", ""},
		{"serial=-05", "-5"},
		{"-5", "-5"},
		{"-004d21", "-4d21"}, // as the service may write a negative one
		{"Serial Number: -19745 (-0x4d21)", "-4d21"},
		{"Serial Number:\n             (Negative)4d:21", "-4d21"},
		{"--5", ""},
		{"4d-21", ""},
		{"plant", ""},
		{"4d21!", ""},
		{"0x", ""},
		{"0x0x1", ""},
		{"Could not open file ca.crt", ""},
		{"Serial Number: 5 (Negative)", ""},
		{strings.Repeat("1", longestSn+1), ""},
	}
	for _, tt := range tests {
		got := ""
		if number, ok := serialNumber(tt.text); ok {
			got = number.Text(16)
		}
		if got != tt.want || IsSerialNumber(tt.text) != (tt.want != "") {
			t.Errorf("%q: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestReferenceIn(t *testing.T) {
	order := newOrder(t)
	ca, sn := order.Authority.CA, order.Authority.SerialNumber()
	entry := func(sn, content string) api.CaCertificate {
		return api.CaCertificate{Sn: sn, CaName: sn, CaContent: content}
	}
	tests := []struct {
		name      string
		reference Reference
		listed    []api.CaCertificate
		want      int // index, -1 for none
	}{
		{"nothing listed", Reference{Sn: "1"}, nil, -1},
		{"by certificate", Reference{CA: ca}, []api.CaCertificate{entry("1", ""), entry("2", ca.PEM())}, 1},
		{"by the certificate's number, whatever its Sn", Reference{Sn: strings.ToUpper(sn)}, []api.CaCertificate{entry(sn[:6], ""), entry("x", ca.PEM())}, 1},
		{"the service's own words before any number", Reference{Sn: "0012"}, []api.CaCertificate{entry("12", ""), entry("0012", "")}, 1},
		{"hexadecimal", Reference{Sn: "12"}, []api.CaCertificate{entry("0c", ""), entry("0012", "")}, 1},
		{"never decimal", Reference{Sn: "12"}, []api.CaCertificate{entry("ff", ""), entry("0c", "")}, -1},
		{"an Sn that is no number", Reference{Sn: "odd one"}, []api.CaCertificate{entry("1", ""), entry("odd one", "")}, 1},
		{"an entry whose Sn is no number", Reference{Sn: "1"}, []api.CaCertificate{entry("odd one", "")}, -1},
		{"another", Reference{Sn: "13"}, []api.CaCertificate{entry("12", "")}, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.reference.in(tt.listed, "i")
			if is[*NotListedError](err) != (tt.want < 0) || (got == nil) != (tt.want < 0) || got != nil && *got != tt.listed[tt.want] {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	_, err := Reference{Sn: "12"}.in([]api.CaCertificate{entry("0012", ""), entry("00:12", ""), entry("13", "")}, "i")
	wantError[*AmbiguousError](t, err, `serial number "12" fits 2 CA certificates of instance i: "0012" (serial number 0012); "00:12" (serial number 00:12)`)
	many := slices.Repeat([]api.CaCertificate{entry("0012", "")}, 1000)
	_, err = Reference{Sn: "12"}.in(many, "i")
	wantError[*AmbiguousError](t, err, `serial number "12" fits 1000 CA certificates of instance i: `+strings.Repeat(`"0012" (serial number 0012); `, 5)+"…")
}

func TestSnEqual(t *testing.T) {
	tests := []struct {
		sn     string
		serial int64
		want   bool
	}{
		{"00f26900ba87", 0xf26900ba87, true},
		{"F26900BA87", 0xf26900ba87, true},
		{"00:F2:69:00:BA:87", 0xf26900ba87, true},
		{"10", 0x10, true},
		{"10", 10, false}, // what reads like decimal is hexadecimal all the same
		{"1a", 26, true},
		{"1a", 27, false},
		{"", 0, false},
		{"0", 0, true},
		{"zz", 1, false},
		{"-1", 1, false},
		{strings.Repeat("0", longestSn-1) + "1", 1, true},
		{strings.Repeat("0", longestSn) + "1", 1, false},
	}
	for _, tt := range tests {
		if got := snEqual(tt.sn, big.NewInt(tt.serial)); got != tt.want {
			t.Errorf("snEqual(%q, %#x) = %v, want %v", tt.sn, tt.serial, got, tt.want)
		}
	}
}

// The SHA-256 of the DER names a CA that no parser reads.
func TestFindByFingerprint(t *testing.T) {
	ca := &pki.CA{Certificate: &x509.Certificate{Raw: []byte("\x30\x03\x02\x01\x01"), SerialNumber: big.NewInt(1)}}
	behind := strings.Replace(ca.PEM(), "MAMCAQE=", "MAMCAQEK", 1) // a line feed behind the DER
	if (Reference{CA: ca}).fit(api.CaCertificate{CaContent: behind}) != 2 || behind == ca.PEM() {
		t.Errorf("not found in %q", behind)
	}
}

func TestFind(t *testing.T) {
	order := newOrder(t)
	ca := order.Authority.CA
	other := newOrder(t).Authority.CA
	sn := ca.SerialNumber()
	tests := []struct {
		name   string
		listed []api.CaCertificate
		want   int // index, -1 for none
	}{
		{"empty", nil, -1},
		{"by its certificate, whatever its Sn", []api.CaCertificate{{Sn: "1", CaContent: other.PEM()}, {Sn: "2", CaContent: ca.PEM()}}, 1},
		{"not by the Sn of another certificate", []api.CaCertificate{{Sn: sn, CaContent: other.PEM()}}, -1},
		{"by Sn and validity where the certificate cannot be read", []api.CaCertificate{{Sn: "00" + sn, CaContent: "masked", ValidEnd: ca.Certificate.NotAfter}}, 0},
		{"not by Sn alone", []api.CaCertificate{{Sn: sn, CaContent: "masked"}}, -1},
		{"not by another Sn", []api.CaCertificate{{Sn: "1", ValidEnd: ca.Certificate.NotAfter}}, -1},
		{"the certificate before the Sn", []api.CaCertificate{{Sn: sn, CaContent: "masked", ValidEnd: ca.Certificate.NotAfter}, {Sn: "2", CaContent: ca.PEM()}}, 1},
		{"the active one of two", []api.CaCertificate{{CaContent: ca.PEM()}, {CaContent: ca.PEM(), Active: true}, {CaContent: ca.PEM()}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := Reference{CA: ca}.in(tt.listed, "i")
			if (got == nil) != (tt.want < 0) || got != nil && *got != tt.listed[tt.want] {
				t.Errorf("found %v, want index %d", got, tt.want)
			}
		})
	}
}
