package api

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A number is an integer that the service sends as a JSON number on one page and as a
// string on another. What is none counts as 0: one odd date in a list must not keep
// everything else from being seen.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		value = 0
	}
	*n = number(value)
	return nil
}

// A status is 1 of what is active and 0 of what is inactive, as a JSON number or as a
// string. Anything else is kept as it came, and is neither.
type status string

func (s *status) UnmarshalJSON(data []byte) error {
	*s = status(strings.Trim(string(data), `"`))
	return nil
}

func (s status) active() bool  { return s == "1" }
func (s status) unclear() bool { return s != "1" && s != "0" }

// milliseconds is a Unix time in milliseconds. What lies before 1970, or after the year
// 9999 that RFC 3339 ends with, counts as none, like 0.
func (n number) milliseconds() time.Time {
	t := time.UnixMilli(int64(n)).UTC()
	if n <= 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// A text is a string that may come as a JSON number. Anything else counts as none.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(data, &s) == nil:
		*t = text(s)
	case json.Unmarshal(data, &n) == nil:
		*t = text(n)
	default:
		*t = ""
	}
	return nil
}
