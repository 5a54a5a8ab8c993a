package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mqttca/api/wire"
)

// A duration is the value of a flag: any text of time.ParseDuration, or whole days as 30d.
type duration struct {
	value  *time.Duration
	given  *bool // set if the flag is given; nil if nobody needs to know
	signed bool  // may be negative
	least  time.Duration
}

const (
	day      = 24 * time.Hour
	mostDays = 100 * 365 // a hundred years fit into a time.Duration
)

func (d duration) Set(text string) error {
	value, err := parseDuration(text)
	switch {
	case err != nil && d.signed:
		return fmt.Errorf("write a duration like 90s, 12h or -20m")
	case err != nil:
		return fmt.Errorf("write a duration like 90s, 12h or 30d, of at most %d days", mostDays)
	case value < 0 && !d.signed:
		return fmt.Errorf("a duration must not be negative")
	case d.least > 0 && value < d.least:
		return fmt.Errorf("this duration must be at least %s", d.least)
	}
	*d.value = value
	if d.given != nil {
		*d.given = true
	}
	return nil
}

func parseDuration(text string) (time.Duration, error) {
	digits, days := strings.CutSuffix(text, "d")
	if !days {
		return time.ParseDuration(text)
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > mostDays {
		return 0, fmt.Errorf("not a number of days")
	}
	return time.Duration(n) * day, nil
}

// String shows whole days as such. It is empty for an optional flag not given.
func (d duration) String() string {
	switch {
	case d.value == nil, d.given != nil && !*d.given:
		return ""
	case *d.value == 0:
		return "0" // pflag takes it for no default
	case *d.value%day == 0:
		return strconv.Itoa(int(*d.value/day)) + "d"
	}
	return d.value.String()
}

func (duration) Type() string { return "duration" }

// checkInstance refuses characters no instance id has, such as a look-alike letter of another
// script.
func checkInstance(id string) error {
	for _, r := range id {
		if !wire.IsName(string(r), "-_") {
			return fmt.Errorf("an instance id can have only letters a to z, digits, - and _, not %q (%U)", r, r)
		}
	}
	return nil
}

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

func (r *ecsRole) Type() string { return "name" }
