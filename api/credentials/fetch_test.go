package credentials

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api/wire"
)

// A proxy that opens no way is named, and its words are left out.
func TestFetchRefusedByProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
		io.WriteString(w, "never shown")
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := fetchClient(time.Minute)
	client.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
	_, err = fetchBody(context.Background(), client, http.MethodGet, "https://uri.example/", http.Header{})
	err = origin{source: "a test", host: "uri.example"}.failed(context.Background(), err)
	const want = "credentials could not be fetched: a test: uri.example could not be reached: the environment's proxy answered HTTP 407"
	if err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestCredentialsURI(t *testing.T) {
	const answer = `{"AccessKeyId": "uri-id", "AccessKeySecret": "uri-secret", "SecurityToken": "uri-token", "Expiration": "2099-12-01T12:00:00Z"}`
	unusable := " returned no usable credentials"
	tests := []struct {
		name   string
		status int
		body   string
		want   string // "" for credentials
	}{
		{"credentials", 200, answer, ""},
		{"refused", 403, "never shown", " answered HTTP 403"},
		{"redirect", 307, answer, " answered HTTP 307"},
		{"not JSON", 200, "never shown", unusable},
		{"no id", 200, strings.Replace(answer, "uri-id", "", 1), unusable},
		{"no token", 200, strings.Replace(answer, "uri-token", "", 1), unusable},
		{"no secret", 200, strings.Replace(answer, "uri-secret", "", 1), unusable},
		{"odd expiry", 200, strings.Replace(answer, "2099", "soon", 1), unusable},
		{"secret as number", 200, strings.Replace(answer, `"uri-secret"`, "7", 1), unusable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var query string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query = r.URL.RequestURI()
				if !r.Close {
					t.Error("the connection is kept, and the next request is hours away")
				}
				w.Header().Set("Location", "http://localhost:1/elsewhere")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			defer server.Close()
			home(t, "", map[string]string{EnvCredentialsURI: server.URL + "/path?key=never-shown"})
			provider, err := Find(Search{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := provider.Credentials(context.Background())
			if query != "/path?key=never-shown" {
				t.Errorf("asked for %s", query)
			}
			const source = "the credentials URI in ALIBABA_CLOUD_CREDENTIALS_URI"
			if tt.want != "" {
				if want := "no usable credentials: " + source + ": " + strings.TrimPrefix(server.URL, "http://") + tt.want; err == nil || err.Error() != want {
					t.Errorf("\n got %v\nwant %s", err, want)
				}
				return
			}
			want := Credentials{"uri-id", "uri-secret", "uri-token", source, time.Date(2099, 12, 1, 12, 0, 0, 0, time.UTC)}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// A cause that is long is cut.
func TestLongCause(t *testing.T) {
	cause := &tls.CertificateVerificationError{Err: errors.New(strings.Repeat("x509 ", 1000))}
	if err := (origin{source: "a test", host: "uri.example"}).failed(context.Background(), cause); len(err.Error()) > 700 || !strings.Contains(err.Error(), "x509 x509") {
		t.Errorf("%d characters: %.100s", len(err.Error()), err)
	}
}

// A closing counts how often it is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

type answering func() *http.Response

func (a answering) RoundTrip(*http.Request) (*http.Response, error) { return a(), nil }

// The body of an answer is closed, also of one that is refused.
func TestBodyIsClosed(t *testing.T) {
	for _, status := range []int{200, 403} {
		body := &closing{Reader: strings.NewReader("x")}
		client := &http.Client{Transport: answering(func() *http.Response { return &http.Response{StatusCode: status, Body: body} })}
		fetchBody(context.Background(), client, http.MethodGet, "http://127.0.0.1:1", http.Header{})
		if body.closed != 1 {
			t.Errorf("HTTP %d: closed %d times", status, body.closed)
		}
	}
}

// An answer that breaks off is none, however complete what came of it looks.
func TestAnswersThatBreakOff(t *testing.T) {
	cutOff := func(t *testing.T, body string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
			io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		return server
	}
	uri, err := newURISource("a test", cutOff(t, metadataAnswer).URL)
	if err != nil {
		t.Fatal(err)
	}
	role, err := metadata{base: cutOff(t, "the-role").URL, client: fetchClient(time.Minute)}.provider("a test", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, provider := range []Provider{uri, role} {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_, err := provider.Credentials(ctx)
		if cancel(); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	// The limit is one of bytes, and a full one is no excess.
	for length, want := range map[int]string{maxTemporaryBytes: "", maxTemporaryBytes + 1: "returned no usable credentials"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, strings.Repeat(" ", length))
		}))
		body, err := fetchBody(context.Background(), server.Client(), http.MethodGet, server.URL, http.Header{})
		if want == "" && (err != nil || len(body) != length) || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%d bytes: %d read, %v", length, len(body), err)
		}
		server.Close()
	}
}

// No request that fetches credentials goes past a proxy that cannot be used.
func TestNothingIsFetchedPastAProxy(t *testing.T) {
	home(t, `{"profiles": [
		{"name": "role", "mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "a"},
		{"name": "pod", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token": "t", "ram_role_arn": "a"},
		{"name": "uri", "mode": "CredentialsURI", "credentials_uri": "https://uri.example"}]}`, nil)
	t.Setenv("NO_PROXY", "")
	t.Setenv("HTTPS_PROXY", "http://user:100%pure@proxy.example:1")
	refused := func(what string, err error) {
		t.Helper()
		var misset *wire.EnvironmentError
		if !errors.As(err, &misset) || err.Error() != "HTTPS_PROXY is not the URL of a proxy" {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []string{"role", "pod", "uri"} {
		provider, err := Find(Search{Profile: name})
		if err != nil {
			t.Fatal(err)
		}
		_, err = provider.Credentials(context.Background())
		refused(name, err)
	}
}

// If the time ends an attempt, the error is that of the one before, which says why there was
// another.
func TestTimeThatEndsInAnAttempt(t *testing.T) {
	for _, ending := range []func(context.Context){func(ctx context.Context) { <-ctx.Done() }, atDeadline} {
		timeEndsInAnAttempt(t, ending)
	}
}

// A late context has a timer that fires a millisecond after its deadline.
type late struct{ context.Context }

func (l late) Deadline() (time.Time, bool) {
	fires, ok := l.Context.Deadline()
	return fires.Add(-time.Millisecond), ok
}

// atDeadline returns by a timer of its own, as a connection does.
func atDeadline(ctx context.Context) {
	deadline, _ := ctx.Deadline()
	time.Sleep(time.Until(deadline))
}

func timeEndsInAnAttempt(t *testing.T, end func(context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		tries := 0
		_, err := origin{source: "the test", host: "sts.example"}.fetch(late{ctx}, func(ctx context.Context) (Credentials, error) {
			if tries++; tries == 1 {
				return Credentials{}, &wire.StatusError{Status: 503}
			}
			end(ctx)
			return Credentials{}, context.DeadlineExceeded
		})
		if _, stopped := errors.AsType[*StoppedError](err); err == nil || stopped || !strings.Contains(err.Error(), "HTTP 503") {
			t.Errorf("%v", err)
		}
	})
}
