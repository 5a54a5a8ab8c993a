package cmd

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/api/credentials"
	"mqttca/api/wire"
	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// An errorCase is an error with what a user gets of it.
type errorCase struct {
	err    error
	code   int
	script string // reason and retry, by which a script decides
	hint   string // a part of it, "" for none
}

// errorCases are every kind of error; one error inside another shows which of the two
// counts.
func errorCases(t *testing.T) []errorCase {
	ca := throwaway(t)
	call := api.Call{Operation: "RegisterCaCertificate", Instance: "i", Host: "127.0.0.1:1"}
	refused := func(code string) *api.Error { return &api.Error{Call: call, Code: code} }
	lost := &api.NoAnswerError{Sent: true}
	absent := &workflow.NotListedError{CA: workflow.Reference{CA: ca}}
	refusal := func(kind broker.Kind, alert, connack byte) *broker.Error {
		return &broker.Error{Kind: kind, Alert: tls.AlertError(alert), Connack: connack, Err: errors.New("cause")}
	}
	found := func(kind broker.Kind) error {
		return &workflow.DiagnosedError{Kind: kind, Err: refusal(broker.CutOff, 0, 0)}
	}
	return []errorCase{
		{stalePlanError{errors.New("x")}, exitChanges, "plan_stale no", "--out"},
		{refusal(broker.NoHost, 0, 0), exitUnavailable, "no_host no", "--vpc"},
		{refusal(broker.Unreachable, 0, 0), exitUnavailable, "no_connection later", "8883"},
		{refusal(broker.NotVerified, 0, 0), exitUnavailable, "broker_certificate no", "--broker-ca"},
		{refusal(broker.NoTLS, 0, 0), exitUnavailable, "no_tls no", "8883"},
		{refusal(broker.NotAsked, 0, 0), exitRefused, "mutual_tls_off no", "Mutual Authentication"},
		{refusal(broker.OwnKey, 0, 0), exitLocal, "device_key no", "PSS"},
		{refusal(broker.CutOff, 0, 0), exitUnavailable, "cut_off later", "devices show"},
		{refusal(broker.NotMQTT, 0, 0), exitUnavailable, "not_mqtt no", "WebSocket"},
		{refusal(broker.Timeout, 0, 0), exitUnavailable, "timeout later", "--timeout"},
		{refusal(broker.Interrupted, 0, 0), exitInterrupted, "interrupted now", ""},
		{refusal(broker.Other, 0, 0), exitUnavailable, "unreachable later", "the network"},
		{refusal(broker.Alert, 40, 0), exitRefused, "tls_alert no", "kind of key"},
		{refusal(broker.Alert, 46, 0), exitRefused, "tls_alert no", "mqttca list"},
		{refusal(broker.Alert, 70, 0), exitUnavailable, "tls_alert no", "TLS 1.2"},
		{refusal(broker.Alert, 80, 0), exitUnavailable, "tls_alert later", "try again"},
		{refusal(broker.Alert, 112, 0), exitUnavailable, "tls_alert no", "instance id"},
		{&broker.Error{Kind: broker.NotVerified, Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a.example", "b.example"}}}}, exitUnavailable, "broker_certificate no", "names in its certificate: a.example, b.example"},
		{&broker.Error{Kind: broker.NotVerified, Err: x509.CertificateInvalidError{Reason: x509.Expired}}, exitUnavailable, "broker_certificate no", "replace its certificate"},
		{refusal(broker.Alert, 42, 0), exitRefused, "bad_certificate no", "mqttca list"},
		{refusal(broker.Alert, 44, 0), exitRefused, "revoked_certificate no", "issue a new one"},
		{refusal(broker.Alert, 45, 0), exitRefused, "expired_certificate no", "clocks"},
		{refusal(broker.Alert, 48, 0), exitRefused, "unknown_ca no", "mqttca list"},
		{refusal(broker.Alert, 49, 0), exitRefused, "access_denied no", "devices show"},
		{refusal(broker.Refused, 0, 1), exitRefused, "protocol_version no", "3.1.1"},
		{refusal(broker.Refused, 0, 2), exitRefused, "client_id no", "--group"},
		{refusal(broker.Refused, 0, 3), exitUnavailable, "broker_unavailable later", "try again"},
		{refusal(broker.Refused, 0, 4), exitDenied, "bad_login no", "AccessKey"},
		{refusal(broker.Refused, 0, 5), exitDenied, "not_authorized no", "AccessKey"},
		{refusal(broker.Refused, 0, 6), exitRefused, "connack no", "AccessKey"},
		{found("device_inactive"), exitNotListed, "inactive no", "devices activate"},
		{found("ca_inactive"), exitNotListed, "inactive no", "mqttca activate"},
		{found("ca_missing"), exitNotListed, "not_listed no", "mqttca register"},
		{found("serial_taken"), exitRefused, "serial_taken no", "random serial number"},
		{found("group_missing"), exitRefused, "group_missing no", "--group"},
		{found("out_of_date"), exitRefused, "clock no", "clocks"},
		{&workflow.LeftBehindError{Device: workflow.DeviceReference{Certificate: ca.Certificate}, Instance: "i", CASn: "4d", Sn: "00aa", Err: context.Canceled, Before: context.Canceled},
			exitNotListed, "left_behind look", "mqttca devices delete --yes --allow-reregistration --instance i --sn 4d --device-sn 00aa"},
		{errors.New("a fault of ours"), exitFault, "fault no", ""},
		{&usageError{"", true, "see help"}, exitUsage, "usage no", "see help"},
		{&pki.Error{Advice: "mend it"}, exitLocal, "input no", "mend it"},
		{&pki.Error{Err: pki.ErrNoPassword, Advice: "not this"}, exitLocal, "input no", envKeyPassword},
		{cannotWrite("f", errors.New("full")), exitLocal, "output no", ""},
		{&verdictError{"1 error"}, exitLocal, "input no", ""},
		{&credentials.Error{Advice: "set them"}, exitDenied, "credentials no", "set them"},
		{&credentials.Error{Kind: credentials.Unfetched, Advice: "wait"}, exitUnavailable, "credentials later", "wait"},
		{&credentials.Error{Kind: credentials.Unfetched, Final: true}, exitUnavailable, "credentials no", ""},
		{&credentials.Error{Kind: credentials.Missing}, exitDenied, "credentials no", "or give --ecs-role"},
		{&credentials.Error{Kind: credentials.BadProfile}, exitDenied, "credentials no", "name another with --profile"},
		{&wire.EnvironmentError{Variable: "HTTPS_PROXY", Advice: "unset it"}, exitUsage, "usage no", "unset it"},
		{refused("NoPermission"), exitDenied, "denied no", "mqttca policy --region REGION --account ACCOUNT --instance i --for register"},
		{refused("PermissionCheckFailed"), exitDenied, "denied no", "allowed mq:RegisterCa and mq:MqttInstanceAccess"},
		{refused("MqttOwnerCheckError"), exitDenied, "denied no", "another account"},
		{refused("InvalidSecurityToken.Expired"), exitDenied, "credentials no", "whether they have expired"},
		{&api.Error{Call: call, Code: "InvalidSecurityToken.Expired", Renewal: "renew it"}, exitDenied, "credentials no", "renew it"},
		{refused("SnNotUnique"), exitRefused, "serial_taken no", "reissue"},
		{refused("CertificateContentError"), exitRefused, "refused no", "with OpenSSL"},
		{refused("CaNumExceed"), exitRefused, "refused no", "delete one"},
		{refused("RegisterCodeError"), exitRefused, "stale_code no", "'mqttca code'"},
		{refused("RegisterCodeUsed"), exitRefused, "stale_code no", "'mqttca code'"},
		{refused("FindCaBySnError"), exitRefused, "refused no", "'mqttca list'"},
		{refused("SignatureDoesNotMatch"), exitDenied, "credentials no", "copy both again"},
		{refused("InvalidAccessKeyId.NotFound"), exitDenied, "credentials no", "check its ID"},
		{refused("InvalidAccessKeyId.Inactive"), exitDenied, "credentials no", "have it enabled"},
		{refused("InvalidTimeStamp.Expired"), exitRefused, "refused no", "set this machine's clock"},
		{refused("IncompleteSignature"), exitRefused, "refused no", "the proxy"},
		{refused("InvalidVersion"), exitRefused, "refused no", "the proxy"},
		{refused("UnsupportedHTTPMethod"), exitRefused, "refused no", "the proxy"},
		{refused("ApiNotSupport"), exitRefused, "refused no", "Platinum"},
		{refused("MqttInstanceNotFound"), exitRefused, "refused no", "mqttca instances"},
		{refused("ParameterFieldCheckFailed"), exitRefused, "refused no", "--name"},
		{refused("NeverSeen"), exitRefused, "refused no", ""},
		{&api.Error{Call: call, Code: "NeverSeen", HTTPStatus: 503}, exitUnavailable, "unavailable later", "try again"},
		{&api.Error{Call: call, Code: "NeverSeen", HTTPStatus: 429}, exitUnavailable, "throttled later", "try again"},
		{refused("SystemOverFlow"), exitUnavailable, "throttled later", "try again"},
		{refused("GetCaNumError"), exitUnavailable, "unavailable later", "try again"},
		{refused("Throttling"), exitUnavailable, "throttled later", "try again"},
		{refused("InternalError"), exitUnavailable, "unavailable later", "try again"},
		{refused("SignatureNonceUsed"), exitRefused, "refused no", "try again"},
		{lost, exitUnavailable, "unreachable no", "HTTPS_PROXY"},
		{&api.NoAnswerError{Err: &tls.CertificateVerificationError{}}, exitUnavailable, "unreachable no", "SSL_CERT_FILE"},
		{&api.NoAnswerError{Err: syscall.ECONNREFUSED}, exitUnavailable, "unreachable later", "HTTPS_PROXY"},
		{&api.NoAnswerError{Err: &net.DNSError{IsNotFound: true}}, exitUnavailable, "unreachable no", "HTTPS_PROXY"},
		{&api.NoAnswerError{Err: context.DeadlineExceeded}, exitUnavailable, "timeout later", "HTTPS_PROXY"},
		{&api.NoAnswerError{HTTPStatus: 200, Err: io.ErrUnexpectedEOF}, exitUnavailable, "unreachable later", "HTTPS_PROXY"},
		{&api.NoAnswerError{HTTPStatus: 200, Err: errors.New("not JSON")}, exitUnavailable, "unusable no", "HTTPS_PROXY"},
		{&api.NoAnswerError{HTTPStatus: 302}, exitUnavailable, "unusable no", "HTTPS_PROXY"},
		{&api.NoAnswerError{HTTPStatus: 414}, exitUnavailable, "unreachable no", "firewall"},
		{&api.NoAnswerError{HTTPStatus: 429}, exitUnavailable, "throttled later", "proxy"},
		{&api.NoAnswerError{HTTPStatus: 500}, exitUnavailable, "unavailable later", "HTTPS_PROXY"},
		{context.DeadlineExceeded, exitUnavailable, "timeout later", ""},
		{&credentials.StoppedError{}, exitUnavailable, "timeout later", "--timeout"},
		{&wire.StoppedError{Cause: context.DeadlineExceeded, Last: refused("Throttling")}, exitUnavailable, "throttled later", "try again"},
		{&wire.StoppedError{Cause: context.Canceled, Last: refused("Throttling")}, exitInterrupted, "interrupted now", "try again"},
		{context.Canceled, exitInterrupted, "interrupted now", ""},
		{errInterrupted, exitInterrupted, "interrupted now", ""},
		{absent, exitNotListed, "not_listed no", "never registered"},
		{&workflow.NotListedError{CA: workflow.DeviceReference{Sn: "1"}}, exitNotListed, "not_listed no", "when its device first connects"},
		{&workflow.ReregistrationError{Device: workflow.DeviceReference{Sn: "1"}}, exitRefused, "would_reregister no", "devices deactivate"},
		{&workflow.AmbiguousDeviceError{}, exitUsage, "ambiguous no", "--device-cert"},
		{&workflow.OrphanError{}, exitNotListed, "not_listed no", "--ca-cert"},
		{&workflow.SweepError{Sweep: workflow.Sweep{CA: workflow.Reference{CA: ca}}, Err: refused("NoPermission")}, exitDenied, "denied no", "mqttca policy"},
		{&workflow.SweepError{Sweep: workflow.Sweep{CA: workflow.Reference{CA: ca}}, Err: context.Canceled}, exitInterrupted, "interrupted now", ""},
		{&regionsError{Err: lost}, exitUnavailable, "unreachable no", "HTTPS_PROXY"},
		{&workflow.InactiveError{CA: ca}, exitNotListed, "inactive no", "--activate"},
		{&workflow.SerialConflictError{CA: ca}, exitRefused, "serial_taken no", "reissue"},
		{&workflow.SameCodeError{}, exitRefused, "stale_code no", "support"},
		{&workflow.CodesUsedUpError{Err: refused("RegisterCodeUsed")}, exitUnavailable, "stale_code later", "another run"},
		{&workflow.TooLongError{Instance: "i"}, exitUnavailable, "unusable no", "narrow it"},
		{&workflow.OddCodeError{Fault: &pki.Error{Advice: "not for users"}}, exitUnavailable, "unusable no", "support"},
		{&workflow.UnknownError{CA: workflow.Reference{CA: ca}, Done: "registered with", Submit: lost, Look: absent}, exitUnavailable, "unknown look", "run it again"},
		{&workflow.UnknownError{CA: workflow.Reference{CA: ca}, Done: "registered with", Submit: lost, Look: refused("NoPermission")}, exitUnavailable, "unknown look", "run it again"},
		{&workflow.UnknownError{CA: workflow.Reference{CA: ca}, Done: "registered with", Submit: &api.NoAnswerError{Err: context.Canceled}}, exitInterrupted, "interrupted look", "run it again"},
		{&workflow.AcceptedError{CA: workflow.Reference{CA: ca}, Err: absent}, exitNotListed, "unconfirmed look", "mqttca confirm"},
		{&workflow.AcceptedError{CA: workflow.Reference{CA: ca}, Err: refused("NoPermission")}, exitNotListed, "unconfirmed look", "mqttca confirm"},
		{&workflow.AcceptedError{CA: workflow.Reference{CA: ca}, Err: &workflow.StoppedError{CA: workflow.Reference{CA: ca}, Cause: context.DeadlineExceeded, Last: absent}}, exitNotListed, "unconfirmed look", "mqttca confirm"},
		{&workflow.StoppedError{CA: workflow.Reference{CA: ca}, Cause: context.DeadlineExceeded, Last: absent}, exitNotListed, "not_listed no", "never registered"},
		{&workflow.StoppedError{CA: workflow.Reference{CA: ca}, Cause: context.DeadlineExceeded}, exitUnavailable, "timeout later", ""},
		{&workflow.StoppedError{CA: workflow.Reference{CA: ca}, Cause: context.Canceled}, exitInterrupted, "interrupted now", ""},
		{&workflow.ActiveError{}, exitRefused, "refused no", "deactivate"},
		{&workflow.UnclearError{}, exitRefused, "refused no", "vendor's console"},
		{&workflow.DevicesError{}, exitRefused, "refused no", "--delete-devices"},
		{&workflow.AmbiguousError{}, exitUsage, "ambiguous no", "exactly as"},
		{&workflow.UnchangedError{}, exitFault, "fault no", ""}, // it is always inside another
		{&workflow.AcceptedError{What: "the deletion of ", Err: &workflow.UnchangedError{}}, exitNotListed, "unconfirmed look", "run it again"},
		{&expiringError{}, exitExpiring, "expiring no", "new CA for each"},
		{&workflow.NotTriedError{CA: workflow.Reference{CA: ca}, Instance: "i", Cause: refused("NoPermission")}, exitUnavailable, "not_tried now", "'mqttca apply' again"},
		{&workflow.NotTriedError{CA: workflow.Reference{CA: ca}, Cause: context.Canceled}, exitInterrupted, "interrupted now", "'mqttca apply' again"},
		{notAllowedError{errors.New("still active"), "active", "give --deactivate=3"}, exitNotListed, "active no", "--deactivate=3"},
		{changesError{errors.New("2 changes")}, exitChanges, "changes no", "'mqttca plan'"},
		{manifest.Problem{Err: errors.New("unknown key")}, exitLocal, "input no", "mqttca help fleet"},
		{manifest.Problem{Err: &pki.Error{Advice: "mend it"}}, exitLocal, "input no", "mend it"},
		{errNotConfirmed, exitInterrupted, "declined no", "to confirm, run it again and type yes in full"},
		{fmt.Errorf("registered, but: %w", cannotWrite("f", errors.New("full"))), exitLocal, "output no", ""},
	}
}

func TestExitCodesAndHints(t *testing.T) {
	for _, tt := range errorCases(t) {
		t.Run(fmt.Sprintf("%T", tt.err), func(t *testing.T) {
			got := describe(&cobra.Command{}, tt.err)
			if got.ExitCode != tt.code {
				t.Errorf("%v: exit code %d, want %d", tt.err, got.ExitCode, tt.code)
			}
			if script := got.Reason + " " + got.Retry; script != tt.script || got.Type != "error" || got.Outcome == "" {
				t.Errorf("%v: %s, want %s: %+v", tt.err, script, tt.script, got)
			}
			if !strings.Contains(string(got.Hint), tt.hint) || (got.Hint == "") != (tt.hint == "") {
				t.Errorf("%v: hint %q, want %q in it", tt.err, got.Hint, tt.hint)
			}
		})
	}
}

// Every row of the table of errors has a case.
func TestEveryErrorHasACase(t *testing.T) {
	rows := errorTable()
	hit := make([]bool, len(rows))
	for _, tt := range errorCases(t) {
		for i, row := range rows {
			if row.describe(&cobra.Command{}, tt.err, &failure{}) {
				hit[i] = true
				break
			}
		}
	}
	for i, seen := range hit {
		if !seen {
			t.Errorf("row %d of errorTable has no case: add one to errorCases", i+1)
		}
	}
}

// The outcome of a run that ended in an error, as its receipt has it.
func TestOutcomesOfErrors(t *testing.T) {
	ca := workflow.Reference{CA: throwaway(t)}
	refused := &api.Error{Code: "CaNumExceed"}
	for _, tt := range []struct {
		err  error
		want workflow.Outcome
	}{
		{&workflow.UnknownError{CA: ca, Submit: refused}, outcomeUnknown},
		{&workflow.UnknownError{CA: ca, Submit: &api.NoAnswerError{Err: context.Canceled}}, outcomeInterrupted},
		{&workflow.AcceptedError{CA: ca, Err: &workflow.NotListedError{CA: ca}}, outcomeUnconfirmed},
		{&workflow.InactiveError{CA: ca.CA}, outcomeUnconfirmed},
		{refused, outcomeRefused},
		{&workflow.CodesUsedUpError{Err: refused}, outcomeRefused},
		{&workflow.SameCodeError{}, outcomeRefused},
		{&doneError{workflow.Registered, cannotWrite("f", errors.New("full"))}, workflow.Registered},
		{&workflow.OddCodeError{Fault: refused}, outcomeFailed},
		{&workflow.ActiveError{}, outcomeFailed},
		{&workflow.NotListedError{CA: ca}, outcomeFailed},
		{&api.NoAnswerError{}, outcomeFailed},
		{errInterrupted, outcomeInterrupted},
		{errors.New("a fault of ours"), outcomeFailed},
	} {
		if got := describe(nil, tt.err).Outcome; got != tt.want {
			t.Errorf("%T: %s, want %s", tt.err, got, tt.want)
		}
	}
}

// The policy of a hint is for the region that refused, and for what the command is for.
func TestHintNamesTheRegion(t *testing.T) {
	call := api.Call{Operation: "DeleteCaCertificate", Instance: "post-cn-1", Host: "onsmqtt-vpc.cn-shanghai.aliyuncs.com"}
	want := "the RAM user or role has to be allowed mq:DeleteCaCertificate and mq:MqttInstanceAccess on this instance: " +
		"'mqttca policy --region cn-shanghai --account ACCOUNT --instance post-cn-1 --for lifecycle' makes such a policy"
	cmd, _, err := Root().Find([]string{"delete"})
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(cmd, &api.Error{Call: call, Code: "Forbidden.RAM"}).Hint; string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// Every code with a hint of its own is one that the table of package api knows.
func TestHintsAreOfKnownCodes(t *testing.T) {
	for code := range codeHints {
		if api.RuleFor(code).Kind == api.Undocumented {
			t.Errorf("nobody knows the code %s", code)
		}
	}
}

// In an error object the submission's ids count, not those of what came after it.
func TestFailureOfASubmission(t *testing.T) {
	look := &api.Error{Code: "NoPermission", RequestID: "look"}
	got := describe(nil, &workflow.UnknownError{CA: workflow.Reference{CA: throwaway(t)}, Submit: &api.NoAnswerError{RequestID: "submission", HTTPStatus: 502}, Look: look})
	if got.Code != "" || got.RequestID != "submission" || got.HTTPStatus != 502 {
		t.Errorf("unknown: %+v", got)
	}
	got = describe(nil, &workflow.AcceptedError{CA: workflow.Reference{CA: throwaway(t)}, RequestID: "submission", Err: look})
	if got.RequestID != "submission" {
		t.Errorf("accepted: %+v", got)
	}
}

func throwaway(t *testing.T) *pki.CA {
	t.Helper()
	authority, err := pki.NewThrowawayAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return authority.CA
}

// A PIN shows nowhere, also where its URI stands in the place of something else.
func TestPINIsNotRepeated(t *testing.T) {
	for _, args := range [][]string{
		{"sign", "--ca-cert", "pkcs11:token=ca;object=x?pin-value=99998888", "--ca-key", "no.key", "--code", "x"},
		{"sign", "--ca-cert", "no.crt", "--ca-key", "yubikey:slot-id=9c?PIN-value=99998888", "--code", "x"},
		{"sign", "--ca-cert", "no.crt", "--ca-key", "pkcs11:module-path=/no.so;token=ca;object=x?pin-value=99998888", "--code", "x"},
		{"sign", "pkcs11:token=ca;object=x?pin-value=99998888"},
	} {
		for _, more := range [][]string{nil, {"--json"}} {
			var output bytes.Buffer
			a := &app{console: console{out: &output, err: terminal.NewScreen(&output, terminal.Display{})}}
			if code := a.run(context.Background(), append(more, args...)); code == exitOK || strings.Contains(output.String(), "99998888") {
				t.Errorf("%q: exit code %d, %s", args, code, output.String())
			}
		}
	}
}
