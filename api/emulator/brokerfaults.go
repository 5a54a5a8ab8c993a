package emulator

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The steps of a connection to the broker, for Fault.Operation. Faults without an operation do not
// affect them. Fault.AfterWork delays the fault until after the TLS handshake or CONNACK.
const (
	BrokerHandshake = "Handshake"
	BrokerConnect   = "Connect"
)

func isBrokerStep(operation string) bool {
	return operation == BrokerHandshake || operation == BrokerConnect
}

// alerts are the TLS alerts a broker may send to a device (RFC 8446, appendix B.2).
var alerts = map[string]byte{
	"handshake_failure": 40, "bad_certificate": 42, "unsupported_certificate": 43, "certificate_revoked": 44, "certificate_expired": 45,
	"certificate_unknown": 46, "unknown_ca": 48, "access_denied": 49, "protocol_version": 70, "internal_error": 80, "unrecognized_name": 112,
}

// number returns the number of the TLS alert or CONNACK named by Code; 0 if there is none.
func (f Fault) number() byte {
	code, err := strconv.ParseUint(f.Code, 10, 8)
	switch {
	case f.Operation == BrokerHandshake:
		return alerts[f.Code]
	case err != nil:
		return 0
	}
	return byte(code)
}

func (f Fault) brokerProblem() string {
	switch {
	case !strings.Contains(faultKinds[f.Kind].broker, f.Operation):
		return "it cannot happen at " + f.Operation
	case f.Kind == FaultRefuse && f.number() == 0:
		return fmt.Sprintf("code %q must be one of %s, or for Connect 1 to 255", f.Code, strings.Join(slices.Sorted(maps.Keys(alerts)), ", "))
	case f.AfterWork && f.Kind != FaultHang && f.Kind != FaultReset:
		return "only hang and reset can follow " + f.Operation
	}
	return ""
}

// applyFaults applies the faults of a step to a device. It reports whether a fault has ended the
// connection; it stores a fault due after the step in c.met.
func (c *connection) applyFaults(operation string) (ended bool) {
	service := c.server.service
	service.mu.Lock()
	met, wait := service.faults.next(operation)
	service.mu.Unlock()
	c.pause(wait)
	c.met = Fault{}
	if met.AfterWork {
		c.met = met
		return false
	}
	return c.applyFault(met)
}

func (c *connection) applyFault(met Fault) (ended bool) {
	switch met.Kind {
	case FaultHang:
		c.raw.SetReadDeadline(time.Time{})
		_, _ = io.Copy(io.Discard, c.raw)
	case FaultReset:
		_ = c.raw.SetLinger(0) // Close then sends a reset instead of an end
		c.raw.Close()
	case FaultRefuse:
		if c.Conn != nil {
			c.answer(met.number())
			return true
		}
		_, _ = c.raw.Write([]byte{21, 3, 3, 0, 2, 2, met.number()}) // the record of an alert
		c.sayGoodbye()
	default:
		c.slow = met.Kind == FaultSlow
		return false
	}
	return true
}

func (c *connection) pause(wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-c.server.closing:
	}
}
