package cmd

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

func newShow(a *app) *cobra.Command {
	var r registeredCA
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show one CA of an instance",
		Long: `Show a CA certificate registered with an instance, and its verification certificate.
Give its file, or its serial number in any form: with colons, in upper case, or as openssl
x509 prints it. If the CA is not registered, the exit code is 7.`,
		Example: `  mqttca show --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca show --instance post-cn-7mz2d --sn "$(openssl x509 -in ca.crt -noout -serial)" --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCA(cmd, r, func(m *caOnInstance) error { return a.show(m) })
		},
	}
	r.addFlags(cmd)
	a.addConnection(cmd)
	return cmd
}

// A showDocument is the result of show.
type showDocument struct {
	origin
	InstanceID              string     `json:"instance_id"`
	CA                      caDocument `json:"ca"`
	CACertificate           text       `json:"ca_certificate"`           // PEM, as the service has it
	VerificationCertificate text       `json:"verification_certificate"` // PEM, as the service has it
}

func (a *app) show(m *caOnInstance) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	entry, err := m.instance.Find(ctx, m.ca)
	if err != nil {
		return err
	}
	document := showDocument{m.session.origin("show"), m.instance.ID, newCADocument(*entry), text(entry.CaContent), text(entry.VerificationContent)}
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error { return document.plain(p, *entry) }))
}

func (d showDocument) plain(p *terminal.Sheet, entry api.CaCertificate) error {
	var ca pki.Description
	if certificate, err := pki.ParseCertificate(entry.CaContent); err == nil {
		ca = pki.Describe(certificate)
	}
	verification := ""
	if certificate, err := pki.ParseCertificate(entry.VerificationContent); err == nil {
		verification = fmt.Sprintf("valid until %s", pki.Timestamp(certificate.NotAfter))
	}
	return p.Fields([]terminal.Field{
		{"CA", string(d.CA.Name)},
		{"state", d.CA.state()},
		{"instance", d.InstanceID},
		{"subject", string(d.CA.Subject)},
		{"issuer", ca.Issuer},
		{"key", ca.Key},
		{"serial number", string(cmp.Or(d.CA.Sn, d.CA.SerialNumber))},
		{"SHA-256", d.CA.SHA256.String()},
		{"valid from", string(d.CA.NotBefore)},
		{"valid until", string(d.CA.NotAfter) + d.CA.remaining(time.Now())},
		{"code", string(d.CA.RegistrationCode)},
		{"verification certificate", verification},
		{"endpoint", d.source()},
	}, terminal.Tones{"state": d.CA.stateTone(), "valid until": d.CA.expiryTone(time.Now())})
}

// remaining is how long a certificate is still valid, in days. (A time.Duration ends at
// 292 years, and some CAs are made for longer.)
func (d certificateDocument) remaining(now time.Time) string {
	const day = 24 * 60 * 60
	end, known := d.expires()
	switch left := end.Unix() - now.Add(time.Second-1).Unix(); {
	case !known:
		return ""
	case left < 0:
		return " (expired)"
	case left < day:
		return " (less than a day)"
	case left < 2*day:
		return " (1 day)"
	default:
		return fmt.Sprintf(" (%d days)", left/day)
	}
}
