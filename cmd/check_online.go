package cmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/api/credentials"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// An onlineCheck has the answers for check --online. The check changes nothing, and fails if a
// registration would.
type onlineCheck struct {
	instance    string
	origin      origin
	credentials credentials.Credentials
	last        *api.Exchange    // nil if nothing was sent
	outcome     workflow.Outcome // of a registration
	sn          string           // of the CA if it is listed
	err         error            // of a registration
	caller      api.Caller
	callerErr   error
	instances   []api.Instance
	listErr     error   // of instances
	failed      failure // err as it is shown
	broker      []probeDocument
}

// online continues the check of the files with the service, like a dry run of a registration. The
// error is the one a registration would end in; the probes show it, too.
func (a *app) online(cmd *cobra.Command, o checkOptions, ca *pki.CA) (*onlineCheck, error) {
	c := &onlineCheck{instance: o.instance, origin: origin{Format: formatOf("check")}}
	session, err := a.connect(cmd)
	if err != nil && !is[*credentials.Error](err) {
		return nil, err
	}
	b, unknown := await(cmd.Context(), func() (broker.Broker, error) { return o.broker.find(a, o.instance) })
	if unknown != nil && (o.requireBroker || o.broker != brokerFlags{}) { // the environment may be another command's
		return nil, unknown
	}
	if c.err = err; err == nil {
		defer session.client.Close()
		a.lookFor(cmd.Context(), session, ca, c)
	}
	c.describe(cmd)
	var shut error
	if unknown == nil {
		c.broker, shut = a.checkBroker(cmd, o, ca, b)
	} else {
		c.broker = stepResults(brokerProbes, workflow.Connection{}, nil, failure{})
		for i := range c.broker {
			c.broker[i].Message = "skipped: no broker is known"
		}
		c.broker[0].Message = unknown.Error()
	}
	return c, cmp.Or(c.failure(), shut)
}

func (a *app) lookFor(ctx context.Context, session *session, ca *pki.CA, c *onlineCheck) {
	ctx, cancel := a.withTimeout(ctx, 0)
	defer cancel()
	if c.credentials, c.err = session.credentials.Credentials(ctx); c.err == nil {
		submission := workflow.Submission{CA: ca, Name: ca.DefaultName(), DryRun: true}
		var result workflow.Result
		result, c.err = a.instance(session, c.instance).Submit(ctx, submission)
		c.outcome = result.Outcome
		if result.Listed != nil {
			c.sn = result.Listed.Sn
		}
	}
	c.origin = session.origin("check")
	if n := len(session.exchanges); n > 0 {
		c.last = &session.exchanges[n-1]
	}
	if c.answered() && !c.unaccepted() {
		a.askAccount(ctx, session, c)
	}
}

// accountPatience bounds the checks of the account and of the broker.
const accountPatience = 5 * time.Second

// askAccount asks for the account of the credentials, and for its instances in the region.
func (a *app) askAccount(ctx context.Context, session *session, c *onlineCheck) {
	ctx, cancel := context.WithTimeout(ctx, accountPatience)
	defer cancel()
	sts := a.open(api.Config{Endpoint: session.endpoint.STS(), Credentials: session.credentials})
	defer sts.client.Close()
	c.caller, c.callerErr = sts.client.GetCallerIdentity(ctx)
	c.instances, c.listErr = session.client.ListInstances(ctx)
}

// describe finds out how the error is shown, once for probes and command.
func (c *onlineCheck) describe(cmd *cobra.Command) {
	if c.err != nil {
		c.failed = describe(cmd, c.err)
		c.err = &describedError{c.err, c.failed}
	}
}

// failure is the error of the command. An inactive CA is no error: the question is whether the CA
// is listed.
func (c onlineCheck) failure() error {
	if is[*workflow.InactiveError](c.err) {
		return nil
	}
	return c.err
}

// answered reports whether the service was reached.
func (c onlineCheck) answered() bool { return c.last != nil && c.last.HTTPStatus != 0 }

// unaccepted reports whether the credentials failed, rather than their permissions.
func (c onlineCheck) unaccepted() bool {
	kind, refused := api.KindOf(c.err)
	return is[*credentials.Error](c.err) || refused && kind == api.Denied
}

// listed reports whether the list could be read.
func (c onlineCheck) listed() bool {
	return c.err == nil || is[*workflow.InactiveError](c.err) || is[*workflow.SerialConflictError](c.err)
}

// A probeDocument is one question of check --online with its answer.
type probeDocument struct {
	Probe   string `json:"probe"`
	State   string `json:"state"` // ok, warning, error or not_tried
	Message string `json:"message"`
	Advice  text   `json:"advice"` // null if there is nothing to do
}

const (
	stateOK       = "ok"
	stateWarning  = "warning"
	stateError    = "error"
	stateNotTried = "not_tried"
)

// probes are all questions, in the order in which a registration meets them, and then those
// about the broker. Only a change could answer those about registration.
func (c onlineCheck) probes() []probeDocument {
	return append([]probeDocument{
		c.credentialsProbe(), c.endpointProbe(), c.tlsProbe(), c.clockProbe(), c.listProbe(), c.caProbe(), c.accountProbe(), c.instanceProbe(),
		{"registration-code", stateNotTried, "GetRegisterCode may invalidate a code that somebody is using, such as for an offline CA", ""},
		{"registration", stateNotTried, "only a registration shows whether RegisterCaCertificate is allowed", ""},
	}, c.broker...)
}

func (c onlineCheck) failedProbe(probe string) probeDocument {
	return probeDocument{probe, stateError, c.failed.Message, c.failed.Hint}
}

func (c onlineCheck) credentialsProbe() probeDocument {
	switch {
	case c.credentials.AccessKeyID == "":
		return c.failedProbe("credentials")
	case c.unaccepted():
		return probeDocument{"credentials", stateError, c.identity() + ": " + c.failed.Message, c.failed.Hint}
	}
	return probeDocument{"credentials", stateOK, c.identity(), ""}
}

// identity says which AccessKey is used, its source and when it expires.
func (c onlineCheck) identity() string {
	used, kind := c.credentials, "permanent"
	switch {
	case used.SecurityToken != "" && used.Expires.IsZero():
		kind = "temporary (STS), expiry unknown"
	case used.SecurityToken != "":
		kind = "temporary (STS) until " + pki.Timestamp(used.Expires)
	}
	return fmt.Sprintf("AccessKey %s from %s, %s", used.MaskedID(), used.Source, kind)
}

func (c onlineCheck) endpointProbe() probeDocument {
	switch {
	case c.last == nil:
		return notTried("endpoint")
	case !c.answered() && !c.unverified():
		return c.failedProbe("endpoint")
	}
	return probeDocument{"endpoint", stateOK, c.origin.source(), ""}
}

func (c onlineCheck) unverified() bool { return is[*tls.CertificateVerificationError](c.err) }

func (c onlineCheck) tlsProbe() probeDocument {
	switch {
	case c.unverified():
		return c.failedProbe("tls")
	case !c.answered():
		return notTried("tls")
	case c.last.TLS == nil:
		return probeDocument{"tls", stateOK, "none: plain http to a loopback address", ""}
	}
	return probeDocument{"tls", stateOK, tlsWords(c.last.TLS.Version, c.last.TLS.PeerCertificates[0]), ""}
}

func (c onlineCheck) clockProbe() probeDocument {
	if !c.answered() {
		return notTried("clock")
	}
	if !c.last.Dated {
		return probeDocument{"clock", stateNotTried, "the answer has no date", ""}
	}
	const noticeable = time.Minute
	offset := c.last.ClockOffset.Round(time.Second)
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
		"set this machine's clock: requests and certificates carry its time"}
}

func (c onlineCheck) accountProbe() probeDocument {
	switch {
	case !c.answered() || c.unaccepted():
		return notTried("account")
	case c.callerErr != nil:
		return probeDocument{"account", stateNotTried, c.callerErr.Error(), ""}
	}
	return probeDocument{"account", stateOK, fmt.Sprintf("the credentials belong to account %s (%s)", c.caller.AccountID, c.caller.ARN), ""}
}

func (c onlineCheck) instanceProbe() probeDocument {
	at := slices.IndexFunc(c.instances, func(i api.Instance) bool { return i.InstanceID == c.instance })
	switch {
	case !c.answered() || c.unaccepted():
		return notTried("instance")
	case c.listErr != nil:
		return probeDocument{"instance", stateNotTried, c.listErr.Error(), ""}
	case at < 0:
		return probeDocument{"instance", stateWarning, fmt.Sprintf("instance %s is not among the %d instances of this account in this region", c.instance, len(c.instances)),
			"check the instance id and --region; 'mqttca instances --all-regions' shows the instances of every region"}
	}
	found := c.instances[at]
	return probeDocument{"instance", stateOK, fmt.Sprintf("instance %s is in region %s of this account (edition %s, state %s)", c.instance, found.RegionID, found.Type, found.Status), ""}
}

func (c onlineCheck) listProbe() probeDocument {
	switch {
	case c.listed():
		return probeDocument{"list", stateOK, "the credentials may list the CA certificates of instance " + c.instance, ""}
	case !c.answered() || c.unaccepted():
		return notTried("list")
	}
	return c.failedProbe("list")
}

func (c onlineCheck) caProbe() probeDocument {
	switch {
	case !c.listed():
		return notTried("ca")
	case is[*workflow.InactiveError](c.err):
		return probeDocument{"ca", stateWarning, c.failed.Message, c.failed.Hint}
	case c.err != nil:
		return c.failedProbe("ca")
	case c.outcome == workflow.AlreadyRegistered:
		return probeDocument{"ca", stateOK, "the CA is registered and active", ""}
	}
	return probeDocument{"ca", stateOK, "the CA is not registered yet", ""}
}

func notTried(probe string) probeDocument {
	return probeDocument{probe, stateNotTried, "skipped: an earlier check failed", ""}
}

// plain writes a line, or more if it is too long for one.
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
	for _, text := range []string{d.Message, string(d.Advice)} {
		if text == "" {
			continue
		}
		for _, line := range terminal.Wrap(terminal.Escape(text), p.TextWidth()-indent) {
			fmt.Fprintf(p, "%s%s\n", lead, line)
			lead = strings.Repeat(" ", indent)
		}
	}
}
