package wire

import (
	"strings"
	"testing"
)

// One odd date in a list keeps nothing else from being seen.
func TestNumbersThatAreNone(t *testing.T) {
	for text, want := range map[string]Number{`7`: 7, `"7"`: 7, `-7`: -7, `null`: 0, `""`: 0, `"soon"`: 0, `1.5`: 0, `{"a":1}`: 0, `99999999999999999999`: 0} {
		n := Number(1)
		if err := n.UnmarshalJSON([]byte(text)); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", text, n, err, want)
		}
	}
	for ms, want := range map[Number]string{0: "0001-01-01T00:00:00Z", -1: "0001-01-01T00:00:00Z", 253402300799999: "9999-12-31T23:59:59Z", 253402300800000: "0001-01-01T00:00:00Z"} {
		if got := ms.Milliseconds().Format("2006-01-02T15:04:05Z"); got != want {
			t.Errorf("%d ms: %s, want %s", ms, got, want)
		}
	}
}

func TestTextsThatAreNone(t *testing.T) {
	for data, want := range map[string]Text{`"a"`: "a", `""`: "", `7`: "7", `1.50`: "1.50", `null`: "", `true`: "", `{"a":1}`: "", `["a"]`: ""} {
		text := Text("before")
		if err := text.UnmarshalJSON([]byte(data)); err != nil || text != want {
			t.Errorf("%s: %q, %v; want %q", data, text, err, want)
		}
	}
}

func TestShortened(t *testing.T) {
	long := strings.Repeat("工", 500)
	for text, want := range map[string]string{"": "", "short": "short", long: long, long + "!": long + " …"} {
		if got := Shortened(Text(text)); got != want {
			t.Errorf("%d bytes became %q", len(text), got)
		}
	}
}
