package emulator_test

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mqttca/api/emulator"
)

const (
	instanceID      = "post-cn-emulated"
	otherInstanceID = "post-cn-emulated2"
	foreignInstance = "post-cn-foreign"
	unknownInstance = "post-cn-nowhere"
)

var (
	plainKey = emulator.Credential{AccessKeyID: "LTAItest", AccessKeySecret: "secretOfLTAI"}
	stsKey   = emulator.Credential{AccessKeyID: "STS.test", AccessKeySecret: "secretOfSTS", SecurityToken: "token+/=="}
)

// epoch is the instant at which the tests begin; their certificates are valid around it.
var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// clock is a clock that stands still until it is moved.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return epoch.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// client sends signed requests. Its signer is written apart from the emulator's.
type client struct {
	t       *testing.T
	url     string
	http    *http.Client
	key     emulator.Credential
	now     func() time.Time
	service *emulator.Service
	clock   *clock
	server  *emulator.Server
}

// start serves an emulator over real HTTP for the length of a test.
func start(t *testing.T, change func(*emulator.Options)) *client {
	t.Helper()
	return listen(t, false, change)
}

// startTLS is start over TLS.
func startTLS(t *testing.T, change func(*emulator.Options)) *client {
	t.Helper()
	return listen(t, true, change)
}

func listen(t *testing.T, withTLS bool, change func(*emulator.Options)) *client {
	t.Helper()
	tick := &clock{}
	options := emulator.Options{
		Instances:   []string{instanceID, otherInstanceID},
		Foreign:     []string{foreignInstance},
		Credentials: []emulator.Credential{plainKey, stsKey},
		Now:         tick.now,
		Journal:     true,
	}
	if change != nil {
		change(&options)
	}
	service, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", withTLS, service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	now := options.Now
	if now == nil {
		now = time.Now
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.RootPEM)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{
		t: t, url: server.URL, http: &http.Client{Transport: transport}, key: plainKey,
		now: now, service: service, clock: tick, server: server,
	}
}

// request is a request of a test; before changes it before it is signed, after changes it afterwards.
type request struct {
	method, action string
	query          url.Values
	body           string
	key            *emulator.Credential
	before, after  func(*http.Request)
	unsigned       string // a header that is sent and not signed
	signedHash     string // a body hash that is signed in place of the header's
}

type answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   map[string]any
}

func (a answer) code() string {
	code, _ := a.Body["Code"].(string)
	return code
}

// The messages of two codes that many checks share.
const (
	contentMessage = "Certificate content error, please check ca/verification certificate content. " +
		"BasicConstraints extension should be set to true in CA certificate."
	parameterMessage = "Failed to validate the parameters. The parameters may be missing or invalid."
)

// refused is the code, message and reason of the latest refusal; all are "" if there was none.
func (c *client) refused(got answer) [3]string {
	c.t.Helper()
	message, _ := got.Body["Message"].(string)
	requests := c.service.Requests()
	return [3]string{got.code(), message, requests[len(requests)-1].Reason}
}

func (c *client) send(want request) answer {
	c.t.Helper()
	return c.do(c.signed(want))
}

func (c *client) signed(want request) *http.Request {
	c.t.Helper()
	key := c.key
	if want.key != nil {
		key = *want.key
	}
	r, err := http.NewRequest(want.method, c.url+"/", strings.NewReader(want.body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.URL.RawQuery = strings.ReplaceAll(want.query.Encode(), "+", "%20")
	c.addHeaders(r, want, key)
	if want.before != nil {
		want.before(r)
	}
	sign(r, key, want.unsigned, cmp.Or(want.signedHash, r.Header.Get("x-acs-content-sha256")))
	if want.after != nil {
		want.after(r)
	}
	return r
}

func (c *client) do(r *http.Request) answer {
	c.t.Helper()
	response, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	got := answer{Status: response.StatusCode, Header: response.Header}
	if got.Raw, err = io.ReadAll(response.Body); err != nil {
		c.t.Fatalf("answer breaks off: %v", err)
	}
	if err := json.Unmarshal(got.Raw, &got.Body); err != nil {
		c.t.Fatalf("answer is not JSON: %v", err)
	}
	return got
}

func (c *client) addHeaders(r *http.Request, want request, key emulator.Credential) {
	sum := sha256.Sum256([]byte(want.body))
	r.Header.Set("x-acs-action", want.action)
	r.Header.Set("x-acs-version", "2020-04-20")
	if want.action == "GetCallerIdentity" {
		r.Header.Set("x-acs-version", "2015-04-01")
	}
	r.Header.Set("x-acs-date", c.now().UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("x-acs-signature-nonce", rand.Text())
	r.Header.Set("x-acs-content-sha256", hex.EncodeToString(sum[:]))
	if key.SecurityToken != "" {
		r.Header.Set("x-acs-security-token", key.SecurityToken)
	}
}

func sign(r *http.Request, key emulator.Credential, leaveOut, bodyHash string) {
	signed := []string{}
	lines := map[string]string{"host": "host:" + r.URL.Host + "\n"}
	for name := range r.Header {
		lower := strings.ToLower(name)
		lines[lower] = lower + ":" + strings.TrimSpace(r.Header.Get(name)) + "\n"
	}
	for name := range lines {
		if name != leaveOut {
			signed = append(signed, name)
		}
	}
	slices.Sort(signed)
	headers := ""
	for _, name := range signed {
		headers += lines[name]
	}
	pairs := strings.Split(r.URL.RawQuery, "&")
	slices.Sort(pairs)
	canonical := r.Method + "\n/\n" + strings.Join(pairs, "&") + "\n" + headers + "\n" +
		strings.Join(signed, ";") + "\n" + bodyHash
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(key.AccessKeySecret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])))
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+key.AccessKeyID+
		",SignedHeaders="+strings.Join(signed, ";")+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// values makes a query of names and values in turn.
func values(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Add(pairs[i], pairs[i+1])
	}
	return query
}

func listRequest(instance, pageNo, pageSize string) request {
	return request{
		method: http.MethodGet, action: "ListCaCertificate",
		query: values("MqttInstanceId", instance, "PageNo", pageNo, "PageSize", pageSize),
	}
}

func codeRequest(instance string) request {
	return request{method: http.MethodGet, action: "GetRegisterCode", query: values("MqttInstanceId", instance)}
}

func snRequest(method, action, sn string) request {
	return request{method: method, action: action, query: values("MqttInstanceId", instanceID, "Sn", sn)}
}

func registerRequest(instance, name, ca, verification string) request {
	return request{
		method: http.MethodPost, action: "RegisterCaCertificate",
		query: values("MqttInstanceId", instance, "CaName", name, "CaContent", ca, "VerificationContent", verification),
	}
}

func (c *client) registerCode(instance string) string {
	c.t.Helper()
	got := c.send(codeRequest(instance))
	if got.Status != http.StatusOK {
		c.t.Fatalf("GetRegisterCode: %v", got.Body)
	}
	return got.Body["RegisterCode"].(string)
}

// register onboards a CA and returns its Sn.
func (c *client) register(instance string, ca *authority) string {
	c.t.Helper()
	got := c.send(registerRequest(instance, "ca", ca.pem, ca.verification(c.t, c.registerCode(instance), nil)))
	if got.Status != http.StatusOK {
		c.t.Fatalf("RegisterCaCertificate: %v", got.Body)
	}
	return got.Body["Sn"].(string)
}
