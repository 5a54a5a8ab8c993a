package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// FaultKind is a way in which a call can go wrong.
type FaultKind string

// The kinds. The last three deliver the operation's own answer, so its work is always done.
const (
	FaultThrottle    FaultKind = "throttle"       // Throttling.User, with the header x-acs-retry-after where RetryAfter is set
	FaultUnavailable FaultKind = "unavailable"    // ServiceUnavailable, HTTP 503
	FaultInternal    FaultKind = "internal-error" // InternalError
	FaultRefuse      FaultKind = "refuse"         // any Code
	FaultHang        FaultKind = "hang"           // no answer, until the client leaves or the server closes
	FaultReset       FaultKind = "reset"          // the connection ends without an answer, over TCP by a reset
	FaultHTML        FaultKind = "html"           // HTTP 502 and a page of a proxy
	FaultGarbage     FaultKind = "garbage"        // HTTP 200 and a body that is nothing
	FaultOversize    FaultKind = "oversize"       // HTTP 200 and Size bytes of what begins like an answer
	FaultRedirect    FaultKind = "redirect"       // HTTP 307 to another path of the same server, for the journal to show who follows
	FaultLatency     FaultKind = "latency"        // nothing but Delay and Jitter; then perhaps another fault
	FaultTruncate    FaultKind = "truncate"       // half of the answer, then the connection ends
	FaultSlow        FaultKind = "slow"           // the answer, one byte a second
)

// FaultKinds returns all kinds, sorted.
func FaultKinds() []FaultKind {
	kinds := []FaultKind{FaultLatency}
	for kind := range deliveries {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Fault goes with one call, or with every one. Calls are counted by operation, from 1, once the gateway has let them through.
type Fault struct {
	Kind FaultKind
	// Operation is the one that it meets. Empty: every operation, and Call then counts them all.
	Operation string
	// Call is which call it meets. 0: every one.
	Call int
	// AfterWork makes it come after the work was done; else the work is not done at all.
	AfterWork bool
	// Delay, and up to Jitter more, is what passes before the work and the fault.
	Delay, Jitter time.Duration
	// RetryAfter is what a refusal asks for in x-acs-retry-after. 0: nothing.
	RetryAfter time.Duration
	// Code is the code of FaultRefuse, any; one that the emulator doesn't know comes with HTTP 400.
	Code string
	// Size is the length of FaultOversize, in bytes. 0: 16 MiB.
	Size int64
}

// refusals are the kinds that refuse, with the code of each but FaultRefuse.
var refusals = map[FaultKind]code{
	FaultThrottle:    throttlingUser,
	FaultUnavailable: serviceUnavailable,
	FaultInternal:    internalError,
	FaultRefuse:      "",
}

// keepsAnswer says of which kinds the work is always done, and before the fault.
func (k FaultKind) keepsAnswer() bool {
	return k == FaultLatency || k == FaultTruncate || k == FaultSlow
}

func (f Fault) name() string {
	if f.AfterWork {
		return string(f.Kind) + "-after"
	}
	return string(f.Kind)
}

// hits says whether the fault meets a call, the nth of its operation and the nth of all.
func (f Fault) hits(operation string, nth, nthOfAll int) bool {
	if f.Operation == "" {
		nth = nthOfAll
	} else if f.Operation != operation {
		return false
	}
	return f.Call == 0 || f.Call == nth
}

func validateFaults(faults []Fault, operations map[string]operation) error {
	for _, f := range faults {
		if err := f.validate(operations); err != nil {
			return err
		}
	}
	return nil
}

func (f Fault) validate(operations map[string]operation) error {
	if err := f.Kind.validate(); err != nil {
		return err
	}
	if problem := f.problem(operations); problem != "" {
		return fmt.Errorf("emulator: fault %s: %s", f.Kind, problem)
	}
	return nil
}

func (k FaultKind) validate() error {
	kinds := FaultKinds()
	if slices.Contains(kinds, k) {
		return nil
	}
	var names []string
	for _, known := range kinds {
		names = append(names, string(known))
	}
	return fmt.Errorf("emulator: fault %q is none of %s", string(k), strings.Join(names, ", "))
}

func (f Fault) problem(operations map[string]operation) string {
	_, refuses := refusals[f.Kind]
	_, known := operations[f.Operation]
	switch {
	case f.Operation != "" && !known:
		return fmt.Sprintf("no such operation %q", f.Operation)
	case f.Call < 0:
		return fmt.Sprintf("call %d is negative", f.Call)
	case f.Delay < 0 || f.Jitter < 0 || f.RetryAfter < 0:
		return "a duration is negative"
	case f.Size < 0:
		return fmt.Sprintf("size %d is negative", f.Size)
	case f.AfterWork && f.Kind.keepsAnswer():
		return "its work is always done, before or after means nothing"
	case (f.Code != "") != (f.Kind == FaultRefuse):
		return "refuse needs a code, and no other fault has one"
	case f.RetryAfter > 0 && !refuses:
		return "only a refusal asks for a pause"
	case f.Size > 0 && f.Kind != FaultOversize:
		return "only oversize has a size"
	case f.Kind == FaultLatency && f.Delay+f.Jitter == 0:
		return "neither delay nor jitter"
	}
	return ""
}
