package cmd

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// brokerFlags say where the broker of an instance is.
type brokerFlags struct{ address, roots string }

func (f *brokerFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "broker", "", "HOST[:PORT] of the broker (or "+envBroker+"; default the instance's own)")
	cmd.Flags().StringVar(&f.roots, "broker-ca", "", "file with root certificates of the broker (PEM), beside the system's (or "+envBrokerCA+")")
}

// find is the broker of an instance. If another service than the vendor's is called, as in a
// rehearsal, no broker of the vendor's stands in for its own.
func (f brokerFlags) find(a *app, instance string) (b broker.Broker, err error) {
	endpoint := cmp.Or(a.endpoint, os.Getenv(envEndpoint))
	called, unread := api.ParseEndpoint(endpoint)
	switch address := cmp.Or(f.address, os.Getenv(envBroker)); {
	case address != "":
		if b, err = broker.Parse(address, instance); err != nil {
			return b, misuse(err)
		}
	case endpoint != "" && (unread != nil || !called.IsVendor()):
		return b, errNoBroker
	default:
		b = broker.Of(instance, a.vpc)
	}
	path := cmp.Or(f.roots, os.Getenv(envBrokerCA))
	if path == "" {
		return b, nil
	}
	pem, err := a.read(path, documentSize)
	if err != nil {
		return b, err
	}
	if err := b.Trust([]byte(pem)); err != nil {
		return b, cannotRead(path, err)
	}
	return b, nil
}

var errNoBroker error = &usageError{"--broker missing: the name of a broker is known only if the endpoint is Alibaba Cloud's", true,
	"give --broker; 'mqttca emulate --broker-listen 127.0.0.1:0' prints MQTTCA_BROKER, which counts as well"}

// doorSteps are the steps of a device's way to the broker, and doorProbes the names of the same
// in check --online.
var (
	doorSteps  = []broker.Step{broker.StepResolve, broker.StepTCP, broker.StepTLS, broker.StepConnect}
	stepNames  = []string{"resolve", "tcp", "tls", "connect"}
	doorProbes = []string{"broker-name", "broker-tcp", "broker-tls", "mutual-tls"}
)

// visited says of each step how it ended. A visit without an error took all of them.
func visited(names []string, v workflow.Visit, err error, shown failure) []probeDocument {
	failed, reached := len(names), ""
	if at, ok := errors.AsType[*broker.Error](err); ok {
		failed = slices.Index(doorSteps, at.Step)
	} else if len(v.Addresses) == 0 { // it has not begun
		failed = -1
	}
	if len(v.Certificates) > 0 {
		reached = tlsWords(v.TLSVersion, v.Certificates[0]) + ", for " + strings.Join(v.Certificates[0].DNSNames, " ")
	}
	var all []probeDocument
	for i, message := range []string{strings.Trim(fmt.Sprint(v.Addresses), "[]"), v.Address, reached, "CONNACK 0"} {
		switch {
		case i < failed:
			all = append(all, probeDocument{names[i], stateOK, message, ""})
		case i == failed:
			all = append(all, probeDocument{names[i], stateError, shown.Message, shown.Hint})
		default:
			all = append(all, notTried(names[i]))
		}
	}
	return all
}

// tlsWords says what TLS verified of a server.
func tlsWords(version uint16, certificate *x509.Certificate) string {
	server := pki.Describe(certificate)
	return fmt.Sprintf("%s, the server's certificate %q by %q is verified and valid until %s",
		tls.VersionName(version), server.Subject, server.Issuer, pki.Timestamp(server.NotAfter))
}
