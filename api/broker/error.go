package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"mqttca/api/wire"
)

// A Step is one step of a device's connection to the broker.
type Step string

// The steps, in their order.
const (
	StepResolve Step = "resolve"
	StepTCP     Step = "tcp"
	StepTLS     Step = "tls"
	StepConnect Step = "connect" // MQTT CONNECT to CONNACK
)

// A Kind is the kind of a failure.
type Kind string

// The kinds.
const (
	NoHost      Kind = "no_host"      // the host name does not exist, or could not be looked up
	Unreachable Kind = "unreachable"  // no TCP connection: the port is closed, or there is no route
	NotVerified Kind = "not_verified" // the broker's certificate does not verify
	NoTLS       Kind = "no_tls"       // the broker answers without TLS
	NotAsked    Kind = "not_asked"    // the broker requests no client certificate
	OwnKey      Kind = "own_key"      // the device key could not sign, or not in a way the broker accepts
	Alert       Kind = "alert"        // the broker ended TLS with an alert
	CutOff      Kind = "cut_off"      // the connection was closed or reset without an answer
	Refused     Kind = "refused"      // CONNACK with a code other than 0
	NotMQTT     Kind = "not_mqtt"     // the answer to CONNECT is not a CONNACK
	Timeout     Kind = "timeout"
	Interrupted Kind = "interrupted" // the context was cancelled
	Other       Kind = "other"       // none of these
)

// An Error reports the step at which a connection failed, and the cause.
type Error struct {
	Broker  Broker
	Step    Step
	Kind    Kind
	Alert   tls.AlertError // of the kind Alert
	Connack byte           // of the kind Refused
	Err     error          // the cause; nil for NotAsked, Refused and NotMQTT
}

func (e *Error) Error() string { return "broker " + e.Broker.String() + " " + e.problem() }

func (e *Error) problem() string {
	switch e.Kind {
	case NotAsked:
		return "requested no client certificate: mutual TLS is off"
	case OwnKey:
		return "did not get the device's signature: " + e.Err.Error()
	case Alert:
		return fmt.Sprintf("refused the TLS connection: %s (alert %d)", strings.TrimPrefix(e.Alert.Error(), "tls: "), uint8(e.Alert))
	case CutOff:
		return map[Step]string{StepTLS: "closed the connection during the TLS handshake", StepConnect: "closed the connection instead of answering CONNECT"}[e.Step]
	case Refused:
		return fmt.Sprintf("refused CONNECT: %s (CONNACK %d)", connackWords(e.Connack), e.Connack)
	case NotMQTT:
		return "answered CONNECT with something other than CONNACK"
	case Timeout:
		return "did not answer in time (" + stepWords[e.Step] + ")"
	case Interrupted:
		return "had not answered yet when the run was interrupted (" + stepWords[e.Step] + ")"
	case NotVerified:
		return "could not be verified as " + e.Broker.ServerName + ": " + words(e.Err)
	}
	return "cannot be reached: " + words(e.Err)
}

var stepWords = map[Step]string{StepResolve: "looking up its name", StepTCP: "TCP", StepTLS: "TLS handshake", StepConnect: "CONNECT"}

func words(err error) string {
	if known, ok := wire.Cause(err); ok {
		return known
	}
	return err.Error()
}

// connackWords returns the words of MQTT 3.1.1, table 3.1; the vendor publishes none of its own.
func connackWords(code byte) string {
	table := []string{1: "unacceptable protocol version", 2: "identifier rejected", 3: "server unavailable", 4: "bad user name or password", 5: "not authorized"}
	if int(code) < len(table) {
		return table[code]
	}
	return "a code unknown to MQTT 3.1.1"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail returns the error of a step.
func (b Broker) fail(ctx context.Context, step Step, err error) *Error {
	e := &Error{Broker: b, Step: step, Err: err, Kind: kindOf(step, err)}
	alert, alerted := remoteAlert(err)
	switch cause := ctx.Err(); {
	case alerted: // under TLS 1.3 the alert comes after CONNECT is sent
		e.Step, e.Kind, e.Alert = StepTLS, Alert, alert
	case errors.Is(cause, context.Canceled):
		e.Kind, e.Err = Interrupted, cause
	case cause != nil: // the error of a connection closed by the context has other words
		e.Kind, e.Err = Timeout, cause
	}
	return e
}

func kindOf(step Step, err error) Kind {
	var (
		verification *tls.CertificateVerificationError
		plain        tls.RecordHeaderError
		key          *keyError
		timeout      net.Error
	)
	switch {
	case step == StepResolve:
		return NoHost
	case errors.As(err, &verification):
		return NotVerified
	case errors.As(err, &plain):
		return NoTLS
	case errors.As(err, &key):
		return OwnKey
	case errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	case step == StepTCP:
		return Unreachable
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return CutOff
	}
	return Other
}

// remoteAlert returns the alert sent by the broker. crypto/tls exports no name for its type outside
// QUIC, but the texts are the same.
func remoteAlert(err error) (tls.AlertError, bool) {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return 0, false
	}
	for number := range 256 {
		if alert := tls.AlertError(number); alert.Error() == op.Err.Error() {
			return alert, true
		}
	}
	return 0, false
}
