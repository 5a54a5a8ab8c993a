package cmd

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

type signOptions struct {
	keyFlags
	caCert   string
	code     string
	codeFile string
	request  string
	out      string
	bundle   string
	force    bool
	validity time.Duration
	yes      bool
}

func newSign(a *app) *cobra.Command {
	var o signOptions
	cmd := &cobra.Command{
		Use:   "sign",
		Short: "Sign the verification certificate offline",
		Long: `Sign the verification certificate of a CA: its subject is the registration code, its issuer
the CA. sign runs on the host with the CA key, and needs neither network nor credentials. The
key may be in an encrypted file, a PKCS#12 file or an HSM ('mqttca help hsm'). The certificate
goes to standard output, or to the file of --out; --force replaces an existing file.

With --request and --bundle-out, sign reads the request of 'mqttca code', writes a bundle for
'mqttca submit', and prints the values that a second person, the witness, reads out and
compares ('mqttca help ceremony').

sign makes a key pair for the certificate; it discards the private key and never writes it.`,
		Example: `  mqttca sign --ca-cert ca.crt --ca-key ca.key --code-file code.txt --out verification.crt
  mqttca sign --ca-key ca.p12 --key-password-file password.txt --code-file code.txt
  mqttca sign --ca-cert ca.crt --ca-key ca.key --code 13274673-8f90-4630-bea1-9cccb25756ad2089123456
  mqttca sign --ca-cert ca.crt --ca-key ca.key --request request.json --bundle-out bundle.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(requireCA(cmd, o.caCert, o.keyFlags), o.check(), requireValidity(o.validity)); err != nil {
				return err
			}
			if o.out == "-" {
				o.out = ""
			}
			return a.sign(cmd, o)
		},
	}
	addCACert(cmd, &o.caCert)
	o.keyFlags.addFlags(cmd)
	addValidity(cmd, &o.validity)
	cmd.Flags().StringVar(&o.code, "code", "", "the registration code")
	cmd.Flags().StringVar(&o.codeFile, "code-file", "", "file with the registration code, - for standard input")
	cmd.Flags().StringVar(&o.request, "request", "", "file written by code --request-out, - for standard input")
	cmd.Flags().StringVar(&o.bundle, "bundle-out", "", "file to write the bundle for submit to, with --request")
	cmd.Flags().StringVar(&o.out, "out", "", "file to write the certificate to, - for standard output")
	addYes(cmd, &o.yes)
	cmd.Flags().BoolVar(&o.force, "force", false, "replace an existing file of --out or --bundle-out")
	return cmd
}

// A signDocument is the result of sign.
type signDocument struct {
	origin                             // of the request
	InstanceID              text       `json:"instance_id"` // of the request; null without --request
	CA                      caDocument `json:"ca"`
	RegistrationCode        string     `json:"registration_code"`
	VerificationCertificate string     `json:"verification_certificate"` // PEM
	VerificationSHA256      string     `json:"verification_sha256"`      // of the DER
	SerialNumber            string     `json:"serial_number"`            // of the verification certificate
	NotBefore               string     `json:"not_before" jsonschema:"format=date-time"`
	NotAfter                string     `json:"not_after" jsonschema:"format=date-time"`
	File                    text       `json:"file"` // null without --out and --bundle-out
}

func (o signOptions) check() error {
	given := slices.DeleteFunc([]string{o.code, o.codeFile, o.request}, func(source string) bool { return source == "" })
	switch {
	case len(given) != 1:
		return usage("give one of --code, --code-file and --request")
	case o.bundle != "" && o.request == "":
		return usage("--bundle-out needs --request")
	case o.bundle != "" && o.out != "":
		return usage("give one of --out and --bundle-out: the bundle holds the certificate")
	case o.passwordFile == "-" && (o.codeFile == "-" || o.request == "-"):
		return usage("standard input holds the password or the code: name a file for the other")
	}
	return nil
}

func (a *app) sign(cmd *cobra.Command, o signOptions) error {
	if file := cmp.Or(o.out, o.bundle); file != "" {
		if err := checkOutput(file, o.force, o.caCert, o.caKey, o.codeFile, o.request, o.passwordFile); err != nil {
			return err
		}
	}
	authority, err := a.loadAuthority(cmd, o.caCert, o.keyFlags)
	if err != nil {
		return err
	}
	defer authority.Close()
	a.warnOf(authority.CA)
	request, err := await(cmd.Context(), func() (signingRequest, error) { return a.readOrder(o) })
	if err != nil {
		return err
	}
	a.warnOfAge(request, time.Now())
	if _, canAsk := a.terminal(); canAsk && o.request != "" {
		values := append(request.witnessed(), terminal.Field{"CA subject", authority.Subject()}, terminal.Field{"CA SHA-256", grouped(authority.SHA256())})
		if err := a.confirmedByWitness(cmd, values, ", except the CA's subject and SHA-256,", "code", o.yes); err != nil {
			return err
		}
	}
	verification, err := workflow.Issue(authority, request.RegistrationCode, o.validity)
	if err != nil {
		return err
	}
	return a.deliver(o, newBundle(request, authority.CA, verification))
}

// readOrder reads the request. A code alone becomes a request without other values.
func (a *app) readOrder(o signOptions) (signingRequest, error) {
	if o.request != "" {
		return a.readRequest(o.request)
	}
	code := o.code
	if o.codeFile != "" {
		var err error
		if code, err = a.readCode(o.codeFile); err != nil {
			return signingRequest{}, err
		}
	}
	return signingRequest{RegistrationCode: code}, pki.CheckGivenCode(code)
}

// deliver writes the certificate or the bundle to the file of the flags, or else the certificate to
// stdout.
func (a *app) deliver(o signOptions, b bundle) error {
	certificate, verification := b.VerificationCertificate, b.proof.Verification
	switch {
	case o.bundle != "":
		if err := a.writeDocument(o.bundle, b, 0o644, o.force); err != nil {
			return err
		}
	case o.out != "":
		if err := writeFile(o.out, []byte(certificate), 0o644, o.force); err != nil {
			return err
		}
		a.note("wrote the verification certificate %s, valid until %s", o.out, pki.Timestamp(verification.NotAfter))
	}
	document := signDocument{
		origin:                  origin{Format: formatOf("sign"), Region: b.Request.Region, Endpoint: text(b.Request.Endpoint)},
		InstanceID:              text(b.Request.InstanceID),
		CA:                      caDocument{certificateDocument: certificateDocument{Name: b.Request.CAName}},
		RegistrationCode:        b.Request.RegistrationCode,
		VerificationCertificate: certificate,
		VerificationSHA256:      b.VerificationSHA256,
		SerialNumber:            pki.SerialNumber(verification),
		NotBefore:               pki.Timestamp(verification.NotBefore),
		NotAfter:                pki.Timestamp(verification.NotAfter),
		File:                    text(cmp.Or(o.out, o.bundle)),
	}
	document.CA.describe(b.proof.CA)
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error {
		switch {
		case o.bundle != "":
			return p.Fields(b.witnessed(), nil)
		case o.out != "":
			return nil
		}
		_, err := io.WriteString(p, certificate)
		return err
	}))
}
