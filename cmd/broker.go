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

// brokerFlags name the broker of an instance.
type brokerFlags struct{ address, roots string }

func (f *brokerFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "broker", "", "HOST[:PORT] of the broker (or "+envBroker+"; default the instance's own)")
	cmd.Flags().StringVar(&f.roots, "broker-ca", "", "file with root certificates of the broker (PEM), in addition to the system's (or "+envBrokerCA+")")
}

// find returns the broker of an instance. If the endpoint is not the vendor's, as with emulate, the
// vendor's broker is no default.
func (f brokerFlags) find(a *app, instance string) (b broker.Broker, err error) {
	endpoint := cmp.Or(a.endpoint, os.Getenv(envEndpoint))
	called, unread := api.ParseEndpoint(endpoint)
	switch address := cmp.Or(f.address, os.Getenv(envBroker)); {
	case address != "":
		if b, err = broker.Parse(address, instance); err != nil {
			return b, misnamed(f.variable(f.address, envBroker), err)
		}
		if own := broker.Of(instance, false); b.IsVendor() && !strings.EqualFold(b.Host, own.Host) && !strings.EqualFold(b.Host, broker.Of(instance, true).Host) {
			return b, usage("broker %s belongs to another instance: the broker of %s is %s", b.Host, instance, own.Host)
		}
		if !b.IsVendor() && (endpoint == "" || called.IsVendor()) { // else the heading says so
			a.warn("broker %s is not Alibaba Cloud", b)
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
	if err == nil {
		if unfit := b.Trust([]byte(pem)); unfit != nil {
			err = cannotRead(path, unfit)
		}
	}
	if name := f.variable(f.roots, envBrokerCA); err != nil && name != "" {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return b, err
}

// variable is the source of a value without a flag.
func (brokerFlags) variable(flag, name string) string {
	if flag != "" {
		return ""
	}
	return name
}

var errNoBroker error = &usageError{"--broker missing: mqttca knows the brokers of Alibaba Cloud only", true,
	"give --broker or set MQTTCA_BROKER: 'mqttca emulate --broker-listen 127.0.0.1:0' prints it"}

// brokerSteps are the steps of a connection to the broker. Their names are stepNames in connect, and
// brokerProbes in check --online.
var (
	brokerSteps  = []broker.Step{broker.StepResolve, broker.StepTCP, broker.StepTLS, broker.StepConnect}
	stepNames    = []string{"resolve", "tcp", "tls", "connect"}
	brokerProbes = []string{"broker-name", "broker-tcp", "broker-tls", "mutual-tls"}
)

// accepted is a broker's answer to a device it lets in.
const accepted = "CONNACK 0: accepted"

// stepResults returns the result of each step of a connection. Without an error, all succeeded.
func stepResults(names []string, v workflow.Connection, err error, shown failure) []probeDocument {
	failed, reached := len(names), ""
	if at, ok := errors.AsType[*broker.Error](err); ok {
		failed = slices.Index(brokerSteps, at.Step)
	} else if len(v.Addresses) == 0 { // no step ran
		failed = -1
	}
	if len(v.Certificates) > 0 {
		reached = tlsWords(v.TLSVersion, v.Certificates[0]) + ", for " + strings.Join(v.Certificates[0].DNSNames, " ")
	}
	var all []probeDocument
	for i, message := range []string{strings.Trim(fmt.Sprint(v.Addresses), "[]"), v.Address, reached, accepted} {
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

// tlsWords describes a server as verified by TLS.
func tlsWords(version uint16, certificate *x509.Certificate) string {
	server := pki.Describe(certificate)
	return fmt.Sprintf("%s, server certificate %q of issuer %q verified, valid until %s",
		tls.VersionName(version), server.Subject, server.Issuer, pki.Timestamp(server.NotAfter))
}
