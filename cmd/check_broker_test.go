package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mqttca/api/broker"
	"mqttca/pki"
)

// brokerNaming is a broker that names the CAs that it accepts.
func brokerNaming(t *testing.T, accepted ...*x509.Certificate) broker.Broker {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	for _, ca := range accepted {
		server.TLS.ClientCAs.AddCert(ca)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	b, err := broker.Parse(server.Listener.Addr().String(), emulatedInstance)
	if err != nil {
		t.Fatal(err)
	}
	b.ServerName, b.Roots = "example.com", x509.NewCertPool()
	b.Roots.AddCert(server.Certificate())
	return b
}

// A broker may name the CAs that it accepts: if ours is not among them, that is told.
func TestAcceptableCAs(t *testing.T) {
	ours, err := pki.ReadCA(filepath.Join(testdata(), "ca", "openssl.p256.crt"))
	if err != nil {
		t.Fatal(err)
	}
	other := throwaway(t).Certificate
	for _, tt := range []struct {
		accepted    []*x509.Certificate
		state, text string
	}{
		{nil, stateOK, "asks for a client certificate: mutual TLS is on"},
		{[]*x509.Certificate{other, ours.Certificate}, stateOK, "asks for a client certificate: mutual TLS is on"},
		{[]*x509.Certificate{other}, stateWarning, "the CA is not among the 1 that it accepts"},
	} {
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		all, err := (&app{}).checkBroker(cmd, checkOptions{requireBroker: true}, ours, brokerNaming(t, tt.accepted...))
		if last := all[len(all)-1]; err != nil || last.Probe != "mutual-tls" || last.State != tt.state || !strings.Contains(last.Message, tt.text) {
			t.Errorf("%+v, %v, want %s: %s", last, err, tt.state, tt.text)
		}
	}
}

// An interrupt of the look ends the command, whether the broker is required or not.
func TestInterruptedLookAtBroker(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	if _, err := (&app{}).checkBroker(cmd, checkOptions{}, throwaway(t), brokerNaming(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want an interrupt", err)
	}
}
