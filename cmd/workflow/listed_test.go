package workflow

import (
	"math/big"
	"strings"
	"testing"

	"mqttca/api"
)

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
			got := find(tt.listed, ca)
			if (got == nil) != (tt.want < 0) || got != nil && got != &tt.listed[tt.want] {
				t.Errorf("found %v, want index %d", got, tt.want)
			}
		})
	}
}
