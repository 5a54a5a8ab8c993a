package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A duration is the value of a flag: any text of time.ParseDuration, or whole days as 30d.
type duration struct {
	value *time.Duration
}

// Set refuses negative durations, which none of the flags has a use for.
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
	const most = 100 * 365 // a hundred years fit into a time.Duration
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
		return "0" // pflag takes it for no default
	case v%day == 0:
		return strconv.Itoa(int(v/day)) + "d"
	}
	return d.value.String()
}

// Type is the word that the help shows.
func (duration) Type() string { return "duration" }

// An optionalDuration is a duration that knows whether it was given.
type optionalDuration struct {
	value *time.Duration
	given *bool
}

func (d optionalDuration) Set(text string) error {
	*d.given = true
	return duration{d.value}.Set(text)
}

// String is empty for a duration that was not given.
func (d optionalDuration) String() string {
	if d.given == nil || !*d.given {
		return ""
	}
	return duration{d.value}.String()
}

// Type is the word that the help shows.
func (optionalDuration) Type() string { return "duration" }

// A signedDuration is a duration that may be negative.
type signedDuration struct {
	value *time.Duration
}

// Set takes the text of a duration, with or without a minus sign.
func (d signedDuration) Set(text string) error {
	value, err := parseDuration(text)
	if err != nil {
		return fmt.Errorf("a duration is written like 90s, 12h or -20m")
	}
	*d.value = value
	return nil
}

func (d signedDuration) String() string {
	if d.value == nil {
		return ""
	}
	return d.value.String()
}

// Type is the word that the help shows.
func (signedDuration) Type() string { return "duration" }

// An ecsRole is the value of --ecs-role[=NAME].
type ecsRole struct {
	asked bool
	name  string // "": the metadata service names it
}

// anyECSRole stands for the flag without a name: no role is called so.
const anyECSRole = "*"

func (r *ecsRole) Set(text string) error {
	if text == "" {
		return fmt.Errorf("the name is empty")
	}
	r.asked, r.name = true, text
	if text == anyECSRole {
		r.name = ""
	}
	return nil
}

func (r *ecsRole) String() string { return r.name }

// Type is the word that the help shows.
func (r *ecsRole) Type() string { return "name" }
