package wire

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A Number is an integer that a server sends as a JSON number or as a string. Anything else
// decodes as 0: one odd date in a list must not keep everything else from being seen.
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

// Milliseconds is the number as a Unix time in milliseconds. A time before 1970, or after
// the year 9999 that RFC 3339 ends with, is the zero time, like 0.
func (n Number) Milliseconds() time.Time {
	t := time.UnixMilli(int64(n)).UTC()
	if n <= 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// A Text is a string that may come as a JSON number. Anything else decodes as "".
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

// Shortened cuts a text of a server's or a file's that is over 500 characters long, so that
// an error stays a sentence.
func Shortened[T ~string](text T) string {
	const most = 500
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return string(text)
}
