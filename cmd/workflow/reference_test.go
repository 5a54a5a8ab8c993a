package workflow

import (
	"fmt"
	"strings"
	"testing"

	"mqttca/api"
)

func TestSerialNumbers(t *testing.T) {
	tests := []struct{ text, want string }{
		{"4d21", "[19745]"},
		{"4D:21", "[19745]"},
		{"4D 21", "[19745]"},
		{"4D-21", "[19745]"},
		{"004d21", "[19745]"},
		{"0x4D21", "[19745]"},
		{"0x12", "[18]"},
		{" 4d21\n", "[19745]"},
		{"12", "[18 12]"},
		{"serial=4D21", "[19745]"},
		{"Serial Number: 4660 (0x1234)", "[4660]"},
		{"        Serial Number:\n            4d:21", "[19745]"},
		{"Serial Number: 4d:21", "[19745]"},
		{"", "[]"},
		{"plant", "[]"},
		{"4d21!", "[]"},
		{"0x", "[]"},
		{strings.Repeat("1", longestSn+1), "[]"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(serialNumbers(tt.text)); got != tt.want {
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
		{"hexadecimal before decimal", Reference{Sn: "12"}, []api.CaCertificate{entry("0c", ""), entry("0012", "")}, 1},
		{"decimal where nothing is hexadecimal", Reference{Sn: "12"}, []api.CaCertificate{entry("ff", ""), entry("0c", "")}, 1},
		{"an Sn that is no number", Reference{Sn: "odd one"}, []api.CaCertificate{entry("1", ""), entry("odd one", "")}, 1},
		{"an entry whose Sn is no number", Reference{Sn: "1"}, []api.CaCertificate{entry("odd one", "")}, -1},
		{"another", Reference{Sn: "13"}, []api.CaCertificate{entry("12", "")}, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.reference.in(tt.listed, "i")
			if err != nil || (got == nil) != (tt.want < 0) || got != nil && *got != tt.listed[tt.want] {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	_, err := Reference{Sn: "12"}.in([]api.CaCertificate{entry("0012", ""), entry("00:12", ""), entry("13", "")}, "i")
	wantError[*AmbiguousError](t, err, `Sn "12" fits 2 CA certificates of instance i: "0012" (Sn 0012); "00:12" (Sn 00:12)`)
}
