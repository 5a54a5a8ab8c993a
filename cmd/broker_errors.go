package cmd

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api/broker"
	"mqttca/cmd/workflow"
)

// explainBroker is the row for a failed connection to a broker.
func explainBroker(e *broker.Error) (meaning, string) {
	row, ok := brokerRows[fmt.Sprintf("%s %d", e.Kind, max(int(e.Alert), int(e.Connack)))]
	if !ok {
		row = brokerRows[string(e.Kind)]
	}
	name, invalid := x509.HostnameError{}, x509.CertificateInvalidError{}
	switch {
	case errors.As(e, &name) && len(name.Certificate.DNSNames) > 0:
		row.hint = "give --broker as one of the names in its certificate: " + strings.Join(name.Certificate.DNSNames, ", ")
	case errors.As(e, &invalid):
		row.hint = "check this machine's clock; if it is right, the owner of the broker has to replace its certificate"
	}
	return row.meaning, row.hint
}

const (
	switchOn = "switch mutual TLS on in the vendor's console (Instance Details > Certificates > Server Certificate > Mutual Authentication); " +
		"this restarts the broker, and disconnects TLS devices without a certificate"
	checkLogin = "check the AccessKey, the mode (--token-file, --username, --no-password) and the group; the vendor's console traces a device by Group ID and Device ID"
	checkCA    = "check with 'mqttca list' that the CA of the device is registered and active; if an intermediate CA issued the device certificate, give the chain in --device-cert"
)

// brokerRows are the table of failed connections to a broker, by the kind of the error, or by the
// kind with the number of the TLS alert or CONNACK.
var brokerRows = map[string]kindRow{
	"no_host":      {meaning{exitUnavailable, "no_host", "no", outcomeFailed}, "check the instance id and --broker; the broker name of --vpc resolves inside the VPC only"},
	"unreachable":  {meaning{exitUnavailable, "no_connection", "later", outcomeFailed}, "check --broker, its port (8883 for TLS) and the firewall; MQTT uses no proxy"},
	"not_verified": {meaning{exitUnavailable, "broker_certificate", "no", outcomeFailed}, "give the root certificate of the broker with --broker-ca"},
	"no_tls":       {meaning{exitUnavailable, "no_tls", "no", outcomeFailed}, "check the port of --broker: TLS is on 8883"},
	"cut_off":      {meaning{exitUnavailable, "cut_off", "later", outcomeFailed}, "check --broker and its port (8883 for TLS); if the device presented its certificate, check with 'mqttca devices show' that it is active, and with 'mqttca list' that its CA is"},
	"not_mqtt":     {meaning{exitUnavailable, "not_mqtt", "no", outcomeFailed}, "check --broker: this is no MQTT broker, or a WebSocket port"},
	"timeout":      {meaning{exitUnavailable, "timeout", "later", outcomeFailed}, "check --broker and the network; give 'mqttca connect' more time with --timeout"},
	"interrupted":  {meaning{exitInterrupted, "interrupted", "now", outcomeInterrupted}, ""},
	"other":        {meaning{exitUnavailable, "unreachable", "later", outcomeFailed}, "check --broker and the network"},
	"own_key":      {meaning{exitLocal, "device_key", "no", outcomeFailed}, "check that the broker accepts this kind of key, RSA or EC; for TLS 1.3, an RSA key in a token has to sign with PSS"},

	"not_asked": {meaning{exitRefused, "mutual_tls_off", "no", outcomeFailed}, switchOn},
	"alert":     {meaning{exitRefused, "tls_alert", "no", outcomeRefused}, "check that the device certificate is for TLS clients, and that the broker accepts its kind of key"},
	"alert 42":  {meaning{exitRefused, "bad_certificate", "no", outcomeRefused}, checkCA},
	"alert 44":  {meaning{exitRefused, "revoked_certificate", "no", outcomeRefused}, "the CA has revoked the device certificate: issue a new one"},
	"alert 45":  {meaning{exitRefused, "expired_certificate", "no", outcomeRefused}, "issue a new device certificate; if it has not expired, check the clocks"},
	"alert 46":  {meaning{exitRefused, "tls_alert", "no", outcomeRefused}, checkCA},
	"alert 48":  {meaning{exitRefused, "unknown_ca", "no", outcomeRefused}, checkCA},
	"alert 49":  {meaning{exitRefused, "access_denied", "no", outcomeRefused}, "check with 'mqttca devices show' that the device certificate is active"},

	"alert 70":  {meaning{exitUnavailable, "tls_alert", "no", outcomeFailed}, "the broker speaks neither TLS 1.2 nor 1.3: check --broker"},
	"alert 80":  {meaning{exitUnavailable, "tls_alert", "later", outcomeFailed}, again},
	"alert 112": {meaning{exitUnavailable, "tls_alert", "no", outcomeFailed}, "the broker does not serve this name: check the instance id and --broker"},

	"refused":   {meaning{exitRefused, "connack", "no", outcomeRefused}, checkLogin},
	"refused 1": {meaning{exitRefused, "protocol_version", "no", outcomeRefused}, "the broker does not support MQTT 3.1.1: check --broker"},
	"refused 2": {meaning{exitRefused, "client_id", "no", outcomeRefused}, "check --group and --device-id: the group has to exist on the instance"},
	"refused 3": {meaning{exitUnavailable, "broker_unavailable", "later", outcomeRefused}, again},
	"refused 4": {meaning{exitDenied, "bad_login", "no", outcomeRefused}, checkLogin},
	"refused 5": {meaning{exitDenied, "not_authorized", "no", outcomeRefused}, checkLogin},

	"device_inactive": {meaning{exitNotListed, "inactive", "no", outcomeRefused}, "find out who deactivated it and why; then run 'mqttca devices activate'"},
	"ca_inactive":     {meaning{exitNotListed, "inactive", "no", outcomeRefused}, "run 'mqttca activate': new device certificates need an active CA"},
	"ca_missing":      {meaning{exitNotListed, "not_listed", "no", outcomeRefused}, "register the CA that issued the device certificate: run 'mqttca register'"},
	"serial_taken":    {meaning{exitRefused, "serial_taken", "no", outcomeRefused}, "issue the device certificate again, with a random serial number"},
	"group_missing":   {meaning{exitRefused, "group_missing", "no", outcomeRefused}, "create the group in the vendor's console, or give another with --group"},
	"out_of_date":     {meaning{exitRefused, "clock", "no", outcomeRefused}, "set the clocks, or issue a device certificate that is valid now"},
}

func explainDiagnosed(e *workflow.DiagnosedError) (meaning, string) {
	row := brokerRows[string(e.Kind)]
	return row.meaning, row.hint
}

func explainLeftBehind(cmd *cobra.Command, err error, f *failure) bool {
	left, ok := errors.AsType[*workflow.LeftBehindError](err)
	if !ok {
		return false
	}
	words := []string{"mqttca devices delete --yes --allow-reregistration"}
	for _, name := range []string{"region", "endpoint", "vpc", "profile"} {
		if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
			words = append(words, "--"+name+"="+shellQuoted(flag.Value.String()))
		}
	}
	words = append(words, "--instance", left.Instance, "--sn", left.CASn, "--device-sn", left.Sn)
	f.meaning = meaning{exitNotListed, "left_behind", "look", outcomeFailed}
	f.Hint = text("run '" + strings.Join(words, " ") + "': the certificate cannot register itself again, because its key is gone")
	if is[*workflow.NotListedError](left.Err) {
		f.Hint = text("check that --broker is a broker of this instance; if the list of the instance shows the certificate later, " + string(f.Hint))
	}
	return true
}
