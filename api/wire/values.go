package wire

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A Number is an integer sent as a JSON number or a string. Anything else decodes as 0: one odd
// date in a list must not hide everything else.
type Number int64

// UnmarshalJSON never fails.
func (n *Number) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		value = 0
	}
	*n = Number(value)
	return nil
}

// Milliseconds converts a Unix time in milliseconds. A time before 1970, or after the year 9999,
// the last of RFC 3339, becomes the zero time, like 0.
func (n Number) Milliseconds() time.Time {
	t := time.UnixMilli(int64(n)).UTC()
	if n <= 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// A Text is a string, also if sent as a JSON number. Anything else decodes as "".
type Text string

// UnmarshalJSON never fails.
func (t *Text) UnmarshalJSON(data []byte) error {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(data, &s) == nil:
		*t = Text(s)
	case json.Unmarshal(data, &n) == nil:
		*t = Text(n)
	default:
		*t = ""
	}
	return nil
}

// Shortened cuts a server's or a file's text after 500 characters, so that an error stays a
// sentence.
func Shortened[T ~string](text T) string {
	const most = 500
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return string(text)
}
