package emulator

import (
	"fmt"
	"time"
)

// A Fault makes one call fail, or every call. Calls are counted by operation, from 1, once the
// gateway has admitted them.
type Fault struct {
	Kind          FaultKind
	Operation     string        // the affected operation; "": every one, and Call counts them together
	Call          int           // the number of the affected call; 0: every call
	AfterWork     bool          // the fault comes after the operation's work; otherwise the work is never done
	Delay, Jitter time.Duration // Delay passes before the work and the fault, and up to Jitter more
	RetryAfter    time.Duration // the pause requested by a refusal in x-acs-retry-after; 0: none
	Size          int64         // of FaultOversize, in bytes; 0: 16 MiB

	// Code is the code of FaultRefuse. An unknown code has HTTP status 400, or 500 before the
	// vendor's notice. At DoorHandshake it is the name of a TLS alert, at DoorConnect the number in
	// CONNACK.
	Code string
}

// name returns the fault's name in the journal.
func (f Fault) name() string {
	if f.AfterWork {
		return string(f.Kind) + "-after"
	}
	return string(f.Kind)
}

// hits reports whether the fault affects the nth call of an operation, the nthOfAll of all.
func (f Fault) hits(operation string, nth, nthOfAll int) bool {
	if f.Operation == "" && !isDoor(operation) {
		nth = nthOfAll
	} else if f.Operation != operation {
		return false
	}
	return f.Call == 0 || f.Call == nth
}

func validateFaults(faults []Fault) error {
	for _, f := range faults {
		err := choose("fault", f.Kind, FaultKinds()...)
		if err == nil && f.Operation != "" {
			err = choose("operation of fault "+string(f.Kind), f.Operation, append(Operations(), DoorHandshake, DoorConnect)...)
		}
		if err != nil {
			return err
		}
		if problem := f.problem(); problem != "" {
			return fmt.Errorf("emulator: fault %s: %s", f.Kind, problem)
		}
	}
	return nil
}

// problem returns the rule broken by the fault, or "".
func (f Fault) problem() string {
	kind := faultKinds[f.Kind]
	switch {
	case f.Call < 0:
		return fmt.Sprintf("call %d is negative", f.Call)
	case f.Size < 0:
		return fmt.Sprintf("size %d is negative", f.Size)
	case isDoor(f.Operation) && f.problemAtDoor() != "":
		return f.problemAtDoor()
	case f.AfterWork && kind.keepsAnswer:
		return "the operation always takes effect: leave out after"
	case (f.Code != "") != (f.Kind == FaultRefuse):
		return "refuse needs a code, and other faults have none"
	case f.RetryAfter > 0 && !kind.refuses:
		return "only a refusal can ask for a pause"
	case f.Size > 0 && f.Kind != FaultOversize:
		return "only oversize has a size"
	case f.Kind == FaultLatency && f.Delay+f.Jitter == 0:
		return "it needs a delay or a jitter"
	}
	return ""
}
