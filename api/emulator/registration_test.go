package emulator_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"mqttca/api/emulator"

	"github.com/google/go-cmp/cmp"
)

func TestRegisterChecksTheCode(t *testing.T) {
	ca := newAuthority(t, nil, nil)
	commonName := func(values ...string) pkix.Name {
		name := pkix.Name{}
		for _, value := range values {
			name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: value})
		}
		return name
	}
	tests := []struct {
		name    string
		subject func(code string) pkix.Name
		want    string
	}{
		{"the code", func(code string) pkix.Name { return commonName(code) }, ""},
		{"beside other attributes", func(code string) pkix.Name {
			return pkix.Name{CommonName: code, Organization: []string{"Example"}}
		}, ""},
		{"in capitals", func(code string) pkix.Name { return commonName(strings.ToUpper(code)) }, "RegisterCodeError"},
		{"cut short", func(code string) pkix.Name { return commonName(code[:45]) }, "RegisterCodeError"},
		{"two common names", func(code string) pkix.Name { return commonName("other", code) }, "RegisterCodeError"},
		{"no common name", func(string) pkix.Name { return pkix.Name{Organization: []string{"Example"}} }, "RegisterCodeError"},
		{"empty common name", func(string) pkix.Name { return commonName("") }, "RegisterCodeError"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, nil)
			code := c.registerCode(instanceID)
			verification := ca.verification(t, code, func(p *verificationParts) { p.template.Subject = test.subject(code) })
			if got := c.send(registerRequest(instanceID, "ca", ca.pem, verification)); got.code() != test.want {
				t.Errorf("code %q, want %q", got.code(), test.want)
			}
		})
	}
	t.Run("no code fetched", func(t *testing.T) {
		c := start(t, nil)
		verification := ca.verification(t, "x", func(p *verificationParts) { p.template.Subject = pkix.Name{} })
		if got := c.send(registerRequest(instanceID, "ca", ca.pem, verification)); got.code() != "RegisterCodeError" {
			t.Errorf("code %q", got.code())
		}
	})
	t.Run("of another instance", func(t *testing.T) {
		c := start(t, nil)
		c.registerCode(instanceID)
		verification := ca.verification(t, c.registerCode(otherInstanceID), nil)
		if got := c.send(registerRequest(instanceID, "ca", ca.pem, verification)); got.code() != "RegisterCodeError" {
			t.Errorf("code %q", got.code())
		}
	})
}

func TestRefusedRegistrationConsumesNothing(t *testing.T) {
	c := start(t, nil)
	first := newAuthority(t, nil, nil)
	c.register(instanceID, first)
	twin := newAuthority(t, nil, func(c *x509.Certificate) {
		c.SerialNumber, c.Subject.CommonName = first.certificate.SerialNumber, "another CA"
	})
	code := c.registerCode(instanceID)
	if got := c.send(registerRequest(instanceID, "twin", twin.pem, twin.verification(t, code, nil))); got.code() != "SnNotUnique" {
		t.Fatalf("code %q", got.code())
	}
	if again := c.registerCode(instanceID); again != code {
		t.Error("a refused registration used up the code")
	}
	other := newAuthority(t, nil, nil)
	if got := c.send(registerRequest(instanceID, strings.Repeat("é", 64), other.pem, other.verification(t, code, nil))); got.code() != "" {
		t.Errorf("the code no longer serves: %q", got.code())
	}
}

// TestDeletedCodeStaysUsed: a code that was used stays so, even if the CA is deleted.
func TestDeletedCodeStaysUsed(t *testing.T) {
	c := start(t, nil)
	ca := newAuthority(t, nil, nil)
	r := registerRequest(instanceID, "ca", ca.pem, ca.verification(t, c.registerCode(instanceID), nil))
	sn := c.send(r).Body["Sn"].(string)
	c.send(snRequest(http.MethodPost, "DeleteCaCertificate", sn))
	if got := c.send(r); got.code() != "RegisterCodeUsed" {
		t.Errorf("code %q", got.code())
	}
}

func TestRegisterByGET(t *testing.T) {
	c := start(t, nil)
	ca := newAuthority(t, nil, nil)
	r := registerRequest(instanceID, "ca", ca.pem, ca.verification(t, c.registerCode(instanceID), nil))
	r.method = http.MethodGet
	if got := c.send(r); got.code() != "" {
		t.Errorf("code %q", got.code())
	}
}

func TestOneOfManyAtOnceIsRegistered(t *testing.T) {
	c := start(t, nil)
	code := c.registerCode(instanceID)
	var requests []request
	for range 8 {
		ca := newAuthority(t, nil, nil)
		requests = append(requests, registerRequest(instanceID, "ca", ca.pem, ca.verification(t, code, nil)))
	}
	var mu sync.Mutex
	codes := make(map[string]int)
	var group sync.WaitGroup
	for _, r := range requests {
		group.Go(func() {
			got := c.send(r).code()
			mu.Lock()
			defer mu.Unlock()
			codes[got]++
		})
	}
	group.Wait()
	if diff := cmp.Diff(map[string]int{"": 1, "RegisterCodeUsed": 7}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if book := c.service.Registrations(); len(book) != 1 {
		t.Errorf("%d in the book", len(book))
	}
}

// TestOrderOfRegistration gives a registration every two faults and wants the refusal of the one that is checked first.
func TestOrderOfRegistration(t *testing.T) {
	c := start(t, nil)
	taken := newAuthority(t, nil, nil)
	c.register(instanceID, taken)
	fresh := newAuthority(t, nil, nil)
	code := c.registerCode(instanceID)
	type parts struct {
		instance, name, ca, verification, code string
		authority                              *authority
	}
	const content = "CertificateContentError: The "
	const parameter = "ParameterFieldCheckFailed: "
	faults := []struct {
		want string
		make func(*parts)
	}{
		{parameter + "CaName", func(p *parts) { p.name = "" }},
		{parameter + "CaContent", func(p *parts) { p.ca = "" }},
		{parameter + "VerificationContent", func(p *parts) { p.verification = "" }},
		{"MqttInstanceNotFound: ", func(p *parts) { p.instance = unknownInstance }},
		{content + "CA " + notOnePEM, func(p *parts) { p.ca = "x" }},
		{content + "verification " + notOnePEM, func(p *parts) { p.verification = "x" }},
		{"RegisterCodeError: ", func(p *parts) { p.code = "wrong" }},
		{"SnNotUnique: ", func(p *parts) { p.authority = taken }},
	}
	send := func(indices ...int) string {
		p := &parts{instanceID, "ca", "made", "made", code, fresh}
		// The earlier fault last: if both change the same, it stays.
		for _, i := range slices.Backward(indices) {
			faults[i].make(p)
		}
		if p.ca == "made" {
			p.ca = p.authority.pem
		}
		if p.verification == "made" {
			p.verification = p.authority.verification(t, p.code, nil)
		}
		got := c.send(registerRequest(p.instance, p.name, p.ca, p.verification))
		refused := c.refused(got)
		return refused[0] + ": " + refused[2]
	}
	for i := range faults {
		for j := i; j < len(faults); j++ {
			if got := send(i, j); got != faults[i].want {
				t.Errorf("%q and %q: %q, want the first", faults[i].want, faults[j].want, got)
			}
		}
	}
}

// TestSnScope registers CAs with one serial number on instances of one region and of another, of one account and of another.
func TestSnScope(t *testing.T) {
	instances := []string{"post-a", "post-b", "post-c", "post-d"}
	for scope, want := range map[emulator.SnScope][]string{
		"":         {"", "SnNotUnique", "", "SnNotUnique"},
		"region":   {"", "SnNotUnique", "", "SnNotUnique"},
		"instance": {"", "", "", ""},
		"global":   {"", "SnNotUnique", "SnNotUnique", "SnNotUnique"},
	} {
		c := start(t, func(o *emulator.Options) {
			o.Instances = []string{"post-a@cn-hangzhou", "post-b@cn-hangzhou", "post-c@eu-central-1"}
			o.Foreign = []string{"post-d@cn-hangzhou"}
			o.Credentials, o.SnScope = append(o.Credentials, foreignKey), scope
		})
		ca := numbered(t, 7)
		var got []string
		for _, instance := range instances {
			if c.key = plainKey; instance == "post-d" {
				c.key = foreignKey
			}
			verification := ca.verification(t, c.registerCode(instance), nil)
			got = append(got, c.send(registerRequest(instance, "ca", ca.pem, verification)).code())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("scope %q (-want +got):\n%s", scope, diff)
		}
		if scope != emulator.ScopeInstance {
			continue
		}
		// One of them is deleted: the others stay.
		c.key = plainKey
		c.send(request{method: http.MethodPost, action: "DeleteCaCertificate", query: values("MqttInstanceId", "post-a", "Sn", "0007")})
		if book := c.service.Registrations(); len(book) != 3 || book[0].InstanceID != "post-b" {
			t.Errorf("book %v", book)
		}
	}
}
