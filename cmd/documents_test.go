package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// Certificates whose names are narrow, wide, long, hostile and none.
func sampleCertificates() []certificateDocument {
	const sn = "00594691904f3c187557bce9077069e9303590cb7c"
	return []certificateDocument{
		{Name: "Plant 7", Active: new(true), NotAfter: "2096-11-18T23:34:04Z", Sn: sn, Subject: "CN=Plant 7"},
		{Name: "工厂根证书", Active: new(false), NotAfter: "2096-11-18T23:34:04Z", Sn: "01", Subject: "CN=工厂根证书,OU=设备接入,O=示例工厂,C=CN"},
		{Name: "🏭 e\u0301", Active: new(true), NotAfter: "?", Sn: "02", Subject: "CN=red\x1b[31m"},
		{Sn: "03", Active: new(false), Subject: "O=Example"},
	}
}

func printed(t *testing.T, shown terminal.Display, plain func(*terminal.Sheet) error) string {
	t.Helper()
	var out strings.Builder
	if err := shown.Layout(plain)(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func columns(n int) terminal.Display { return terminal.Display{Columns: func() int { return n }} }

// A table as terminals of all widths show it.
func TestTableFits(t *testing.T) {
	uncut := `
NAME        STATE     VALID UNTIL           SERIAL NUMBER                               SUBJECT
Plant 7     active    2096-11-18T23:34:04Z  00594691904f3c187557bce9077069e9303590cb7c  CN=Plant 7
工厂根证书  inactive  2096-11-18T23:34:04Z  01                                          CN=工厂根证书,OU=设备接入,O=示例工厂,C=CN
🏭 é        active    ?                     02                                          CN=red\u001b[31m
            inactive                        03                                          O=Example
`
	cut := `
NAME        STATE     VALID UNTIL           SERIAL NUMBER                               SUBJECT
Plant 7     active    2096-11-18T23:34:04Z  00594691904f3c187557bce9077069e9303590cb7c  CN=Plant 7
工厂根证书  inactive  2096-11-18T23:34:04Z  01                                          CN=工厂根证书,OU=设备接入,O=示…
🏭 é        active    ?                     02                                          CN=red\u001b[31m
            inactive                        03                                          O=Example
`
	blocks := `
Plant 7
  state          active
  valid until    2096-11-18T23:34:04Z
  serial number  00594691904f3c187557bce9077069e9303590cb7c
  subject        CN=Plant 7

工厂根证书
  state          inactive
  valid until    2096-11-18T23:34:04Z
  serial number  01
  subject        CN=工厂根证书,OU=设备接入,O=示例工厂,C=CN

🏭 é
  state          active
  valid until    ?
  serial number  02
  subject        CN=red\u001b[31m

(no name)
  state          inactive
  serial number  03
  subject        O=Example
`
	narrow := strings.NewReplacer("serial number  0059", "serial number\n    0059", "subject        CN=工厂根证书", "subject\n    CN=工厂根证书").Replace(blocks)
	for width, want := range map[int]string{0: uncut, 200: uncut, 130: uncut, 120: cut, 80: blocks, 50: narrow} {
		want = strings.ReplaceAll(want, "é", "e\u0301")
		got := "\n" + printed(t, columns(width), func(p *terminal.Sheet) error { return printSamples(p, sampleCertificates()) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d columns: -want +got\n%s", width, diff)
		}
		for line := range strings.Lines(got) {
			if size := terminal.Columns(strings.TrimSuffix(line, "\n")); width > 0 && size > width {
				t.Errorf("%d columns: %d: %s", width, size, line)
			}
		}
	}
}

// At no width is anything of a serial number lost, nor a line longer than the terminal but
// for a word that is.
func TestTableAtEveryWidth(t *testing.T) {
	for width := 45; width <= 200; width++ {
		got := printed(t, columns(width), func(p *terminal.Sheet) error { return printSamples(p, sampleCertificates()) })
		if !strings.Contains(got, string(sampleCertificates()[0].Sn)) {
			t.Errorf("%d columns: the serial number is cut:\n%s", width, got)
		}
		for line := range strings.Lines(got) {
			if size := terminal.Columns(strings.TrimSuffix(line, "\n")); size > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns: %d: %s", width, size, line)
			}
		}
	}
}

// Colours of a list: the state, and how near the end is.
func TestTableIsColoured(t *testing.T) {
	day := 24 * time.Hour
	at := func(d time.Duration) string { return pki.Timestamp(time.Now().Add(d)) }
	for notAfter, want := range map[string]terminal.Tone{at(-day): terminal.Red, at(29 * day): terminal.Yellow, at(31 * day): terminal.Plain, "": terminal.Yellow} {
		if got := (certificateDocument{NotAfter: instant(notAfter)}).expiryTone(time.Now()); got != want {
			t.Errorf("%q: %q, want %q", notAfter, got, want)
		}
	}
	shown := terminal.Display{Colour: true}
	got := printed(t, shown, func(p *terminal.Sheet) error { return printSamples(p, sampleCertificates()[:2]) })
	want := "\x1b[1mNAME\x1b[0m        \x1b[1mSTATE\x1b[0m     \x1b[1mVALID UNTIL\x1b[0m           \x1b[1mSERIAL NUMBER\x1b[0m                               \x1b[1mSUBJECT\x1b[0m\n" +
		"Plant 7     \x1b[32mactive\x1b[0m    2096-11-18T23:34:04Z  00594691904f3c187557bce9077069e9303590cb7c  CN=Plant 7\n" +
		"工厂根证书  \x1b[33minactive\x1b[0m  2096-11-18T23:34:04Z  01                                          CN=工厂根证书,OU=设备接入,O=示例工厂,C=CN\n"
	if got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

// A finding's severity has a colour, and its lines fit the terminal, but not more than can be
// read with ease.
func TestFindingsFit(t *testing.T) {
	finding := findingDocument{Severity: "warning", Rule: "expiry", name: "CA", Message: strings.Repeat("word ", 60)}
	probe := probeDocument{"endpoint", stateError, strings.Repeat("word ", 60), "advice"}
	for width, most := range map[int]int{0: 80, 50: 50, 80: 80, 100: 100, 200: 100, 20: 40} {
		var widest int
		text := printed(t, columns(width), func(p *terminal.Sheet) error { finding.plain(p); probe.plain(p); return nil })
		for line := range strings.Lines(text) {
			widest = max(widest, len(strings.TrimRight(line, " \n")))
		}
		if widest > most || widest < most-5 {
			t.Errorf("%d columns: the widest line has %d, want %d at most\n%s", width, widest, most, text)
		}
	}
	text := printed(t, terminal.Display{Colour: true}, func(p *terminal.Sheet) error { finding.plain(p); probe.plain(p); return nil })
	if !strings.HasPrefix(text, "\x1b[33mwarning\x1b[0m on CA (expiry)\n") || !strings.Contains(text, "\n\x1b[1;31merror    \x1b[0m  endpoint ") {
		t.Errorf("%q", text)
	}
}

// What no parser reads has its SHA-256; what is no certificate at all has none.
func TestDocumentOfUnreadable(t *testing.T) {
	const unreadable = "-----BEGIN DEVICECERTIFICATE-----\nMAMCAQE=\n-----END DEVICECERTIFICATE-----\n"
	if d := newDeviceDocument(api.DeviceCertificate{DeviceContent: unreadable}, ""); d.SHA256.String() != "1b65f68a522c858715f5dd951cd0402dc16691778814bf0759822b7a257421d0" || d.Subject != "" {
		t.Errorf("%+v", d)
	}
	if d := newDeviceDocument(api.DeviceCertificate{DeviceContent: "masked"}, ""); d.SHA256 != "" {
		t.Errorf("%+v", d)
	}
	odd, err := os.ReadFile(filepath.Join(testdata(), "odd", "by-hand.p256.latin1.crt"))
	if err != nil {
		t.Fatal(err)
	}
	content := strings.ReplaceAll(string(odd), "CERTIFICATE", "DEVICECERTIFICATE")
	if d := newDeviceDocument(api.DeviceCertificate{DeviceContent: content}, ""); d.Subject != "CN=Müller,O=By hand" || d.SerialNumber == "" || len(d.SHA256.String()) != 64 {
		t.Errorf("%+v", d)
	}
}

func printSamples(p *terminal.Sheet, samples []certificateDocument) error {
	var list listing
	for _, sample := range samples {
		list.entries = append(list.entries, deviceDocument{certificateDocument: sample})
	}
	list.print(p, false)
	return nil
}
