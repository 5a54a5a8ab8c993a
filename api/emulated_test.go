package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// emulatedClient is a client of the embedded service, over TLS: two implementations of
// the signature that share no code.
func emulatedClient(t *testing.T, service *emulator.Service, signer credentials.Credentials) *Client {
	t.Helper()
	server, err := emulator.Listen("127.0.0.1:0", true, service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	endpoint, err := ParseEndpoint(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.RootPEM)
	client := NewClient(Config{Endpoint: endpoint, Credentials: signer, UserAgent: "mqttca/test", Roots: roots})
	t.Cleanup(client.Close)
	return client
}

func TestEveryOperationOnTheEmulator(t *testing.T) {
	for _, signer := range []credentials.Credentials{
		{AccessKeyID: "id", AccessKeySecret: "secret"},
		{AccessKeyID: "STS.id", AccessKeySecret: "secret", SecurityToken: "CAIS+token/with=="},
	} {
		t.Run(signer.AccessKeyID, func(t *testing.T) {
			service, err := emulator.New(emulator.Options{Instances: []string{"i"}, DevicesPerCA: 2, Journal: true, Credentials: []emulator.Credential{{
				AccessKeyID: signer.AccessKeyID, AccessKeySecret: string(signer.AccessKeySecret), SecurityToken: string(signer.SecurityToken),
			}}})
			if err != nil {
				t.Fatal(err)
			}
			useEveryOperation(t, emulatedClient(t, service, signer))
			var operations []string
			for _, r := range service.Requests() {
				operations = append(operations, r.Operation+r.Code)
			}
			const want = "GetRegisterCode RegisterCaCertificate ListCaCertificate ListDeviceCertificateByCaSn " +
				"InactivateCaCertificate ListCaCertificate ActiveCaCertificate ListCaCertificate DeleteCaCertificate ListCaCertificate"
			if got := strings.Join(operations, " "); got != want {
				t.Errorf("requests %s, want %s", got, want)
			}
		})
	}
}

// useEveryOperation takes a CA through its life, under a name that encoders disagree on.
func useEveryOperation(t *testing.T, client *Client) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	code, err := client.GetRegisterCode(ctx, "i")
	must(err)
	ca, verification := proof(t, code.Code)
	registration := Registration{"i", "a b*~/+é 工厂", ca, verification}
	registered, err := client.RegisterCaCertificate(ctx, registration)
	must(err)
	listed, err := collect(client.ListCaCertificate(ctx, "i"))
	must(err)
	if len(listed) != 1 || listed[0].Sn != registered.Sn || !listed[0].Active || listed[0].CaName != registration.CaName ||
		listed[0].CaContent != ca || listed[0].VerificationContent != verification || listed[0].RegistrationCode != code.Code {
		t.Errorf("listed %+v", listed)
	}
	devices, err := collect(client.ListDeviceCertificateByCaSn(ctx, "i", registered.Sn))
	must(err)
	if len(devices) != 2 || devices[0].DeviceName != "device-1" || !devices[1].Active || !devices[1].ValidEnd.Equal(listed[0].ValidEnd) {
		t.Errorf("devices %+v", devices)
	}
	_, err = client.InactivateCaCertificate(ctx, "i", registered.Sn)
	must(err)
	if got, err := collect(client.ListCaCertificate(ctx, "i")); err != nil || len(got) != 1 || got[0].Active {
		t.Errorf("after InactivateCaCertificate: %+v, %v", got, err)
	}
	_, err = client.ActiveCaCertificate(ctx, "i", registered.Sn)
	must(err)
	if got, err := collect(client.ListCaCertificate(ctx, "i")); err != nil || len(got) != 1 || got[0] != listed[0] {
		t.Errorf("after ActiveCaCertificate: %+v, %v", got, err)
	}
	_, err = client.DeleteCaCertificate(ctx, "i", registered.Sn)
	must(err)
	if left, err := collect(client.ListCaCertificate(ctx, "i")); err != nil || len(left) != 0 {
		t.Errorf("after DeleteCaCertificate: %+v, %v", left, err)
	}
}

// proof is a CA certificate and its verification certificate, by crypto/x509 alone: this
// package does not know the one that makes them for users.
func proof(t *testing.T, code string) (ca, verification string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(7),
		Subject:               pkix.Name{CommonName: "CA"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(8),
		Subject:      pkix.Name{CommonName: code},
		NotBefore:    template.NotBefore,
		NotAfter:     template.NotAfter,
	}
	return sign(t, template, template, key), sign(t, leaf, template, key)
}

func sign(t *testing.T, template, parent *x509.Certificate, key *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
