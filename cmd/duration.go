package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A duration is a flag's value: what time.ParseDuration takes, or whole days as 30d.
type duration struct {
	value *time.Duration
}

// Set refuses negative durations: none of the flags has a use for one.
func (d duration) Set(text string) error {
	value, err := parseDuration(text)
	if err != nil || value < 0 {
		return fmt.Errorf("a duration is written like 90s, 12h or 30d")
	}
	*d.value = value
	return nil
}

func parseDuration(text string) (time.Duration, error) {
	digits, days := strings.CutSuffix(text, "d")
	if !days {
		return time.ParseDuration(text)
	}
	const most = 100 * 365 // a hundred years are still within a time.Duration
	n, err := strconv.Atoi(digits)
	if err != nil || n > most {
		return 0, fmt.Errorf("not a number of days")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// String shows whole days as such.
func (d duration) String() string {
	const day = 24 * time.Hour
	if d.value == nil {
		return ""
	}
	switch v := *d.value; {
	case v == 0:
		return "0" // which the help takes for no default
	case v%day == 0:
		return strconv.Itoa(int(v/day)) + "d"
	}
	return d.value.String()
}

// Type is the word that the help shows.
func (duration) Type() string { return "duration" }
