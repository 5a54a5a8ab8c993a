package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"mqttca/api/broker"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// checkBroker connects to the broker without a certificate. A problem is a warning, or an error if
// the broker is required. An interrupt is an error, too.
func (a *app) checkBroker(cmd *cobra.Command, o checkOptions, ca *pki.CA, b broker.Broker) ([]probeDocument, error) {
	ctx, cancel := context.WithTimeout(cmd.Context(), accountPatience)
	defer cancel()
	unseen := progress{&console{err: terminal.NewScreen(io.Discard, terminal.Display{}), quiet: true}}
	v, err := workflow.Instance{Observer: unseen}.Probe(ctx, b)
	if err == nil && !v.Asks {
		err = &broker.Error{Broker: b, Step: broker.StepConnect, Kind: broker.NotAsked}
	}
	if err != nil {
		all := stepResults(brokerProbes, v, err, describe(cmd, err))
		for i := range all {
			if all[i].State == stateError && !o.requireBroker && cmd.Context().Err() == nil {
				all[i].State, err = stateWarning, nil
			}
		}
		return all, err
	}
	all := stepResults(brokerProbes, v, nil, failure{})
	last := &all[len(all)-1]
	last.Message = "the broker asks for a client certificate: mutual TLS is on"
	isOurs := func(name []byte) bool { return bytes.Equal(name, ca.Certificate.RawSubject) }
	if len(v.AcceptableCAs) > 0 && !slices.ContainsFunc(v.AcceptableCAs, isOurs) {
		*last = probeDocument{last.Probe, stateWarning, fmt.Sprintf("the broker asks for a client certificate, but the CA is not among the %d that it accepts", len(v.AcceptableCAs)),
			"run 'mqttca register'; if the CA is registered, wait a minute and check again"}
	}
	return all, nil
}
