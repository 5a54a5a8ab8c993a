package cmd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"mqttca/cmd/terminal"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A probeDocument is one question of check --online with its answer.
type probeDocument struct {
	Probe   string `json:"probe"`
	State   string `json:"state"` // ok, warning, error or not_tried
	Message string `json:"message"`
	Advice  string `json:"advice"` // "" where there is nothing to do
}

const (
	stateOK       = "ok"
	stateWarning  = "warning"
	stateError    = "error"
	stateNotTried = "not_tried"
)

// probes are all questions, in the order in which a registration meets them; the last ones
// could be answered only by changing something.
func (l look) probes() []probeDocument {
	return []probeDocument{
		l.credentialsProbe(), l.endpointProbe(), l.tlsProbe(), l.clockProbe(), l.listProbe(), l.caProbe(),
		{"registration-code", stateNotTried, "GetRegisterCode may replace a code that is on its way to an offline CA", ""},
		{"registration", stateNotTried, "RegisterCaCertificate would register the CA, and the permission for it shows only then", ""},
		{"mutual-tls", stateNotTried, "whether the instance lets devices in by certificate is a setting that these operations don't show", ""},
	}
}

func (l look) failed(probe string) probeDocument {
	return probeDocument{probe, stateError, l.err.Error(), hint(l.err)}
}

func (l look) credentialsProbe() probeDocument {
	switch {
	case l.credentials.AccessKeyID == "":
		return l.failed("credentials")
	case l.unaccepted():
		return probeDocument{"credentials", stateError, l.identity() + ": " + l.err.Error(), hint(l.err)}
	}
	return probeDocument{"credentials", stateOK, l.identity(), ""}
}

// identity says which key is used, where it comes from and how long it is good.
func (l look) identity() string {
	c := l.credentials
	kind := "not temporary"
	switch {
	case c.SecurityToken != "" && c.Expires.IsZero():
		kind = "temporary (STS), until when is not known"
	case c.SecurityToken != "":
		kind = "temporary (STS) until " + timestamp(c.Expires)
	}
	return fmt.Sprintf("AccessKey %s of %s, %s", c.MaskedID(), c.Source, kind)
}

func (l look) endpointProbe() probeDocument {
	switch {
	case l.last == nil:
		return notTried("endpoint")
	case !l.answered() && !l.unverified():
		return l.failed("endpoint")
	}
	return probeDocument{"endpoint", stateOK, l.origin.source(), ""}
}

func (l look) unverified() bool {
	var unverified *tls.CertificateVerificationError
	return errors.As(l.err, &unverified)
}

func (l look) tlsProbe() probeDocument {
	switch {
	case l.unverified():
		return l.failed("tls")
	case !l.answered():
		return notTried("tls")
	case l.last.TLS == nil:
		return probeDocument{"tls", stateOK, "none: plain http to a loopback address", ""}
	}
	server := pki.Describe(l.last.TLS.PeerCertificates[0])
	return probeDocument{"tls", stateOK, fmt.Sprintf("%s, the server's certificate %q by %q is verified and valid until %s",
		tls.VersionName(l.last.TLS.Version), server.Subject, server.Issuer, timestamp(server.NotAfter)), ""}
}

func (l look) clockProbe() probeDocument {
	if !l.answered() {
		return notTried("clock")
	}
	if !l.last.Dated {
		return probeDocument{"clock", stateNotTried, "the answer has no date", ""}
	}
	const noticeable = time.Minute
	offset := l.last.ClockOffset.Round(time.Second)
	switch {
	case offset > noticeable:
		return offClock(offset, "ahead of")
	case offset < -noticeable:
		return offClock(-offset, "behind")
	}
	return probeDocument{"clock", stateOK, "the service's clock and this machine's agree", ""}
}

func offClock(by time.Duration, where string) probeDocument {
	return probeDocument{"clock", stateWarning, fmt.Sprintf("the service's clock is %s %s this machine's", by, where),
		"set this machine's clock: requests and certificates are dated by it"}
}

func (l look) listProbe() probeDocument {
	switch {
	case l.listed():
		return probeDocument{"list", stateOK, "the CA certificates of instance " + l.instance + " may be listed", ""}
	case !l.answered() || l.unaccepted():
		return notTried("list")
	}
	return l.failed("list")
}

func (l look) caProbe() probeDocument {
	var inactive *workflow.InactiveError
	switch {
	case !l.listed():
		return notTried("ca")
	case errors.As(l.err, &inactive):
		return probeDocument{"ca", stateWarning, l.err.Error(), hint(l.err)}
	case l.err != nil:
		return l.failed("ca")
	case l.outcome == workflow.AlreadyRegistered:
		return probeDocument{"ca", stateOK, "it is listed and active", ""}
	}
	return probeDocument{"ca", stateOK, "it is not listed yet", ""}
}

func notTried(probe string) probeDocument {
	return probeDocument{probe, stateNotTried, "it did not come to that", ""}
}

// plain writes a line, and more where it is long.
func (d probeDocument) plain(p *terminal.Sheet) {
	state := fmt.Sprintf("%-9s", strings.ReplaceAll(d.State, "_", " "))
	probe := fmt.Sprintf("  %-17s  ", d.Probe)
	indent := len(state + probe)
	lead := p.Paint(severityTone(d.State), state) + probe
	if p.TextWidth() < 70 { // too narrow for three columns
		fmt.Fprintln(p, strings.TrimRight(lead, " "))
		indent = len(state) + 2
		lead = strings.Repeat(" ", indent)
	}
	for _, text := range []string{d.Message, d.Advice} {
		if text == "" {
			continue
		}
		for _, line := range terminal.Wrap(terminal.Escape(text), p.TextWidth()-indent) {
			fmt.Fprintf(p, "%s%s\n", lead, line)
			lead = strings.Repeat(" ", indent)
		}
	}
}
