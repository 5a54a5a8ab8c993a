package cmd

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"mqttca/api/emulator"
)

// faultHelp names the kinds, their arguments and the operations, for the help.
func faultHelp() string {
	return "Kinds: " + joinKinds(emulator.FaultKinds(), ", ") + `.
Settings: op=OPERATION, call=N (default: every call), after (the service does the work first),
delay=D, jitter=D, retry-after=D, code=CODE (refuse) and size=BYTES (oversize). The broker's
operations Handshake and Connect can have latency, hang, reset, refuse (its code is the name of a
TLS alert or the number of a CONNACK), and Connect also slow.

Operations, also for --deny: ` + strings.Join(emulator.Operations(), ", ") + ".\n"
}

func joinKinds(kinds []emulator.FaultKind, separator string) string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return strings.Join(names, separator)
}

// A faultFlag collects faults, written as KIND or KIND:NAME=VALUE,NAME=VALUE....
type faultFlag struct {
	faults *[]emulator.Fault
}

// Set adds a fault. The emulator checks its kind and operation.
func (f faultFlag) Set(text string) error {
	fault, err := parseFault(text)
	if err != nil {
		return err
	}
	*f.faults = append(*f.faults, fault)
	return nil
}

// String is empty: the flag has no default.
func (faultFlag) String() string { return "" }

// Type is the word in the help.
func (faultFlag) Type() string { return "fault" }

func parseFault(text string) (emulator.Fault, error) {
	kind, rest, more := strings.Cut(text, ":")
	fault := emulator.Fault{Kind: emulator.FaultKind(kind)}
	if !more {
		return fault, nil
	}
	err := parseSettings(rest, map[string]func(string) error{
		"op":          func(v string) error { fault.Operation = v; return nil },
		"code":        func(v string) error { fault.Code = v; return nil },
		"call":        func(v string) (err error) { fault.Call, err = strconv.Atoi(v); return err },
		"size":        func(v string) (err error) { fault.Size, err = strconv.ParseInt(v, 10, 64); return err },
		"after":       func(v string) error { fault.AfterWork = true; return noValue(v) },
		"delay":       duration{value: &fault.Delay}.Set,
		"jitter":      duration{value: &fault.Jitter}.Set,
		"retry-after": duration{value: &fault.RetryAfter}.Set,
	})
	return fault, err
}

func noValue(value string) error {
	if value != "" {
		return fmt.Errorf("takes no value")
	}
	return nil
}

// parseSettings reads NAME=VALUE,NAME=VALUE..., each name at most once.
func parseSettings(text string, settings map[string]func(string) error) error {
	names := slices.Sorted(maps.Keys(settings))
	given := map[string]bool{}
	for setting := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(setting, "=")
		set, ok := settings[name]
		switch {
		case !ok:
			return fmt.Errorf("unknown setting %q: it must be one of %s", name, strings.Join(names, ", "))
		case given[name]:
			return fmt.Errorf("%s is given twice", name)
		case set(value) != nil:
			return fmt.Errorf("%s cannot be %q", name, value)
		}
		given[name] = true
	}
	return nil
}

// A mixtureFlag is a mixture of faults, written as rate=R,seed=N,kinds=KIND+KIND....
type mixtureFlag struct {
	emulator.Mixture
}

// Set picks a seed if none is given.
func (m *mixtureFlag) Set(text string) error {
	m.Mixture = emulator.Mixture{Seed: rand.Uint64N(1 << 32)}
	err := parseSettings(text, map[string]func(string) error{
		"seed": func(v string) (err error) { m.Seed, err = strconv.ParseUint(v, 10, 64); return err },
		"rate": func(v string) (err error) { m.Rate, err = strconv.ParseFloat(v, 64); return err },
		"kinds": func(v string) error {
			for kind := range strings.SplitSeq(v, "+") {
				m.Kinds = append(m.Kinds, emulator.FaultKind(kind))
			}
			return nil
		},
	})
	if err == nil && m.Rate == 0 {
		return fmt.Errorf("rate is missing or 0: write it like rate=0.3")
	}
	return err
}

// String is the text for Set to make the same mixture again.
func (m mixtureFlag) String() string {
	if m.Rate == 0 {
		return ""
	}
	text := fmt.Sprintf("seed=%d,rate=%s", m.Seed, strconv.FormatFloat(m.Rate, 'g', -1, 64))
	if m.Kinds != nil {
		text += ",kinds=" + joinKinds(m.Kinds, "+")
	}
	return text
}

// Type is the word in the help.
func (*mixtureFlag) Type() string { return "mixture" }
