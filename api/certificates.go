package api

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"strings"
	"sync"
	"time"

	"mqttca/api/wire"
)

// A RegisterCode is the registration code, which the service expects as the subject CN of the
// verification certificate: a UUID followed by digits, about 46 characters.
type RegisterCode struct {
	Code      string
	RequestID string
}

// GetRegisterCode fetches the registration code of an instance. A new code may replace the last
// one, and may serve only once: fetch one only to use it.
func (c *Client) GetRegisterCode(ctx context.Context, instanceID string) (RegisterCode, error) {
	var answer struct {
		reply
		RegisterCode string
	}
	params := url.Values{"MqttInstanceId": {instanceID}}
	err := c.callFor(ctx, getRegisterCode, params, &answer, "RegisterCode", func() bool { return answer.RegisterCode != "" })
	return RegisterCode{answer.RegisterCode, wire.Shortened(answer.RequestID)}, err
}

// A CaCertificate is a CA certificate as returned by the service (CaCertificateVO).
type CaCertificate struct {
	Sn                  string // the serial number in hexadecimal, in the service's form
	CaName              string
	RegistrationCode    string
	CaContent           string    // PEM, with line feeds
	VerificationContent string    // PEM, with line feeds
	ValidBegin          time.Time // zero if the service gives none
	ValidEnd            time.Time // zero if the service gives none
	Active              bool
	StateUnknown        bool // the state is neither active nor inactive: ignore Active
}

// A Registration holds the parameters of RegisterCaCertificate. Both certificates are one PEM block
// each: they travel in the query string, which has no room for a chain.
type Registration struct {
	InstanceID          string
	CaName              string
	CaContent           string
	VerificationContent string
}

// An Acknowledgement is the answer to a change of a CA or device certificate.
type Acknowledgement struct {
	Sn        string
	RequestID string
}

// RegisterCaCertificate submits a CA certificate with the verification certificate, which proves
// the possession of its key.
func (c *Client) RegisterCaCertificate(ctx context.Context, r Registration) (Acknowledgement, error) {
	return c.acknowledged(ctx, registerCaCertificate, url.Values{
		"MqttInstanceId":      {r.InstanceID},
		"CaName":              {r.CaName},
		"CaContent":           {r.CaContent},
		"VerificationContent": {r.VerificationContent},
	})
}

// ListCaCertificate lists all CA certificates of an instance, in the service's order, each once. If
// the listing fails, the error comes last.
func (c *Client) ListCaCertificate(ctx context.Context, instanceID string) iter.Seq2[CaCertificate, error] {
	list := listing[caCertificateVO, CaCertificate]{client: c, op: listCaCertificate, params: url.Values{"MqttInstanceId": {instanceID}},
		name: "CaCertificateVOS", of: func(d listData) []caCertificateVO { return d.CaCertificateVOS }}
	return list.all(ctx)
}

// ActiveCaCertificate makes an inactive CA certificate active again.
func (c *Client) ActiveCaCertificate(ctx context.Context, instanceID, sn string) (Acknowledgement, error) {
	return c.acknowledged(ctx, activeCaCertificate, naming(instanceID, sn))
}

// InactivateCaCertificate makes a CA certificate inactive: its new device certificates can no
// longer register themselves.
func (c *Client) InactivateCaCertificate(ctx context.Context, instanceID, sn string) (Acknowledgement, error) {
	return c.acknowledged(ctx, inactivateCaCertificate, naming(instanceID, sn))
}

// DeleteCaCertificate deletes a CA certificate and all device certificates registered under it.
func (c *Client) DeleteCaCertificate(ctx context.Context, instanceID, sn string) (Acknowledgement, error) {
	return c.acknowledged(ctx, deleteCaCertificate, naming(instanceID, sn))
}

func naming(instanceID, sn string) url.Values {
	return url.Values{"MqttInstanceId": {instanceID}, "Sn": {sn}}
}

// acknowledged calls an operation whose answer is the Sn of the CA certificate, or the DeviceSn of
// the device certificate.
func (c *Client) acknowledged(ctx context.Context, op operation, params url.Values) (Acknowledgement, error) {
	var answer struct {
		reply
		Sn, DeviceSn string
	}
	err := c.callFor(ctx, op, params, &answer, "Sn", func() bool { return answer.Sn+answer.DeviceSn != "" })
	return Acknowledgement{wire.Shortened(cmp.Or(answer.Sn, answer.DeviceSn)), wire.Shortened(answer.RequestID)}, err
}

// caCertificateVO is the wire form: numbers come as numbers or as strings. Its own fields hide
// those of the certificate, including two which the service does not send.
type caCertificateVO struct {
	CaCertificate
	ValidBegin, ValidEnd wire.Number // Unix milliseconds
	Status               wire.Text   // 1 active, 0 inactive, also as a number
	Active, StateUnknown any
}

func (vo caCertificateVO) certificate() CaCertificate {
	c := vo.CaCertificate
	c.Sn, c.CaName, c.RegistrationCode = wire.Shortened(c.Sn), wire.Shortened(c.CaName), wire.Shortened(c.RegistrationCode)
	c.CaContent, c.VerificationContent = pemText(c.CaContent), pemText(c.VerificationContent)
	c.ValidBegin, c.ValidEnd = vo.ValidBegin.Milliseconds(), vo.ValidEnd.Milliseconds()
	c.Active, c.StateUnknown = vo.Status == "1", vo.Status != "1" && vo.Status != "0"
	return c
}

// maxCertificate far exceeds the PEM of a certificate, and is small enough for any reader of PEM:
// the time of some grows with the square of the length.
const maxCertificate = 32 << 10

// pemText returns the PEM of an entry, with line feeds for the literal \n of the vendor's examples.
// It returns "" if the text is too long for a certificate.
func pemText(pem string) string {
	if len(pem) > maxCertificate {
		return ""
	}
	return lineFeeds().Replace(pem)
}

var lineFeeds = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", "\r\n", "\n")
})
