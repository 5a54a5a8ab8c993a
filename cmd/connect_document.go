package cmd

import (
	"cmp"
	"os"
	"slices"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A connectDocument is the result of connect, and the evidence kept by its --receipt.
type connectDocument struct {
	runDocument
	Broker           string         `json:"broker"` // HOST:PORT
	VendorBroker     bool           `json:"vendor_broker"`
	ProxyNote        text           `json:"proxy_note"` // says that HTTPS_PROXY has no effect; null if it is not set
	ClientID         string         `json:"client_id"`
	Login            string         `json:"login"` // signature, token, custom or none
	Device           deviceDocument `json:"device"`
	Throwaway        bool           `json:"throwaway"`                               // the device certificate was made for this run
	Removed          bool           `json:"removed"`                                 // connect deleted the device certificate of this run
	RegisteredItself *bool          `json:"registered_itself" jsonschema:"nullable"` // this connection registered the device certificate; null if no list shows it
	Steps            []stepDocument `json:"steps"`
	endDocument
}

// A stepDocument is a step of a connection.
type stepDocument struct {
	Step   string `json:"step"`
	State  string `json:"state"` // ok, error or not_tried
	Detail text   `json:"detail"`
}

// describe is the document of a run in progress, of a successful run, or of a failed one.
func (c *connection) describe(outcome workflow.Outcome, err error, failed *failure) connectDocument {
	d := connectDocument{Broker: c.broker.String(), VendorBroker: c.broker.IsVendor(), ClientID: c.clientID, Login: c.o.login.mode(),
		Throwaway: c.authority != nil, Removed: c.removed}
	d.runDocument, d.endDocument = c.session.evidence("connect", c.o.instance, outcome, failed)
	if !c.lists() {
		d.origin = origin{Format: d.Format}
	}
	if os.Getenv("HTTPS_PROXY")+os.Getenv("https_proxy") != "" {
		d.ProxyNote = "HTTPS_PROXY has no effect: the connection to the broker is direct"
	}
	if listed := cmp.Or(c.after, c.standing.Device); listed != nil {
		d.Device = newDeviceDocument(*listed, c.standing.CA.Sn)
	}
	if c.after != nil {
		d.RegisteredItself = new(c.standing.Device == nil)
	}
	d.Device.describe(&pki.CA{Certificate: c.device.Certificate})
	d.add(c.listProbe())
	for _, probe := range stepResults(stepNames, c.reached, err, *cmp.Or(failed, new(failure))) {
		d.add(probe)
	}
	switch {
	case c.reached.Accepted && !c.lists():
		d.add(probeDocument{"registered", stateNotTried, "skipped: no credentials to read the list with", ""})
	case c.after == nil:
		d.add(notTried("registered"))
	case c.removed:
		d.add(probeDocument{"registered", stateOK, "the device certificate was registered by this connection, then removed", ""})
	default:
		d.add(probeDocument{"registered", stateOK, "the device certificate is " + d.Device.state(), ""})
	}
	return d
}

func (d *connectDocument) add(p probeDocument) {
	d.Steps = append(d.Steps, stepDocument{p.Probe, p.State, text(p.Message)})
}

// listProbe describes the device on the instance before the connection.
func (c *connection) listProbe() probeDocument {
	switch {
	case !c.lists():
		return probeDocument{"list", stateNotTried, "skipped: no credentials to read the list with", ""}
	case c.standing.CA == nil:
		return probeDocument{"list", stateOK, "no CA of the instance issued the device certificate", ""}
	case c.standing.Device == nil:
		return probeDocument{"list", stateOK, "the CA is registered; before this connection, the device certificate was not", ""}
	}
	return probeDocument{"list", stateOK, "the device certificate is " + newDeviceDocument(*c.standing.Device, "").state(), ""}
}

func (d connectDocument) plain(p *terminal.Sheet) error {
	broker := d.Broker
	if !d.VendorBroker {
		broker += " (not Alibaba Cloud)"
	}
	source := ""
	if d.Endpoint != "" { // the lists were read
		source = d.source()
	}
	return d.show(p, []terminal.Field{
		{"broker", broker}, {"proxy", string(d.ProxyNote)}, {"instance", d.InstanceID}, {"endpoint", source},
	})
}

// show writes the result of the steps, with some facts.
func (d connectDocument) show(p *terminal.Sheet, facts []terminal.Field) error {
	state := outcomeWords[d.Outcome]
	switch in := slices.Contains(d.Steps, stepDocument{"connect", stateOK, accepted}); {
	case d.Error != nil && in:
		state = "connected, then failed: " + d.Error.Reason
	case d.Error != nil:
		state = "not connected"
	}
	err := p.Fields(append([]terminal.Field{{"client id", d.ClientID}, {"state", state}}, facts...), terminal.Tones{"state": outcomeTone(d.Outcome)})
	if facts != nil {
		p.Line("\ndevice certificate")
		p.Fields(append(d.Device.identity(""), terminal.Field{"valid until", string(d.Device.NotAfter)}), nil)
	}
	p.Line()
	for _, s := range d.Steps {
		probeDocument{s.Step, s.State, string(s.Detail), ""}.plain(p)
	}
	return err
}
