package credentials

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// What the library keeps to itself is read from a field of its providers: a version of it
// that names the field otherwise must not pass unseen.
func TestExpiryIsWhereTheLibraryHasIt(t *testing.T) {
	for _, provider := range []any{
		providers.RAMRoleARNCredentialsProvider{}, providers.OIDCCredentialsProvider{},
	} {
		field, found := reflect.TypeOf(provider).FieldByName("expirationTimestamp")
		if !found || field.Type.Kind() != reflect.Int64 {
			t.Errorf("%T has no expirationTimestamp that is an integer", provider)
		}
	}
}

// A scripted provider of the library's kind.
type scripted struct {
	providers.CredentialsProvider
	err                 error
	panics              bool
	waits               chan struct{}
	expirationTimestamp int64
}

func (s *scripted) GetCredentials() (*providers.Credentials, error) {
	if s.waits != nil {
		<-s.waits
	}
	if s.panics {
		var missing *string
		return &providers.Credentials{AccessKeyId: *missing}, nil
	}
	return &providers.Credentials{AccessKeyId: "id", AccessKeySecret: "secret", SecurityToken: "token"}, s.err
}

func (s *scripted) ask(ctx context.Context) (Credentials, error) {
	h := stsRequest{origin: origin{"a test", "sts.example", "advice"}, secrets: []Secret{"sent+secret/one", "SentTokenOfLetters"}}
	return h.ask(ctx, func(*providers.HttpOptions) (providers.CredentialsProvider, error) { return s, nil })
}

func TestSTSRequest(t *testing.T) {
	got, err := (&scripted{expirationTimestamp: 1_800_000_000}).ask(context.Background())
	want := Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token", Expires: time.Unix(1_800_000_000, 0).UTC()}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := (&scripted{}).ask(context.Background()); err != nil || !got.Expires.IsZero() {
		t.Errorf("an expiry that is unknown: %v, %v", got.Expires, err)
	}
}

// Nothing of the library's words comes through, and of an answer only what looks like a
// code and a request id.
func TestSTSRequestErrors(t *testing.T) {
	const id = "01234567-89AB-CDEF-0123-456789ABCDEF"
	refused := func(body string) error { return errors.New("refresh session token failed: " + body) }
	transport := func(cause error) error {
		return &url.Error{Op: "Post", URL: "https://sts.example/?SecurityToken=sent+secret/one", Err: cause}
	}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"refused", refused(`{"Code":"NoPermission","RequestId":"` + id + `","Message":"sent+secret/one"}`), "sts.example refused to give any (code NoPermission, request id " + id + ")"},
		{"other spelling", refused(`{"code":"Auth.Fail","requestId":"` + id + `"} trailing`), "sts.example refused to give any (code Auth.Fail, request id " + id + ")"},
		{"code alone", refused(`{"Code":"EntityNotExist.Role"}`), "sts.example refused to give any (code EntityNotExist.Role, request id none)"},
		{"request id alone", refused(`{"Code":"what the: ?","RequestId":"` + id + `"}`), "sts.example refused to give any (code none, request id " + id + ")"},
		{"echo in the code", refused(`{"Code":"SentTokenOfLetters","RequestId":"sent+secret\/one"}`), "sts.example gave none that can be used"},
		{"echo in the code, escaped", refused(`{"Code":"S\u0065ntTokenOfLetters"}`), "sts.example gave none that can be used"},
		{"sentence for a code", refused(`{"Code":"NoPermission for sent+secret"}`), "sts.example gave none that can be used"},
		{"long code", refused(`{"Code":"A` + strings.Repeat("a", 1000) + `"}`), "sts.example gave none that can be used"},
		{"HTML", refused("<html>sent+secret/one"), "sts.example gave none that can be used"},
		{"cut JSON", refused(`{"Code":"NoPermission`), "sts.example gave none that can be used"},
		{"refused connection", transport(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), "sts.example could not be asked: connection refused"},
		{"unknown host", transport(&net.DNSError{Name: "sts.example", IsNotFound: true}), "sts.example could not be asked: the host name sts.example is not known"},
		{"timeout", transport(context.DeadlineExceeded), "sts.example could not be asked: no answer in time"},
		{"not HTTP", transport(errors.New(`malformed HTTP status code "sent+secret/one"`)), "sts.example could not be asked: the connection failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := (&scripted{err: tt.err}).ask(context.Background())
			var problem *Error
			advice := "advice"
			if strings.Contains(tt.want, "could not be asked") {
				advice = "check the network and HTTPS_PROXY; running it again is safe"
			}
			if !errors.As(err, &problem) || err.Error() != "no usable credentials: a test: "+tt.want || problem.Advice != advice {
				t.Errorf("\n got %v, \nwant …: %s", err, tt.want)
			}
			if errors.Unwrap(err) != nil {
				t.Error("the library's error can be unwrapped")
			}
			if hasID := strings.Contains(tt.want, id); hasID != (problem.RequestID == id) {
				t.Errorf("request id %q", problem.RequestID)
			}
			for _, part := range []string{problem.Code, problem.RequestID} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in the sentence", part)
				}
			}
		})
	}
}

// The library dereferences what an answer may lack.
func TestPanicOfTheLibrary(t *testing.T) {
	_, err := (&scripted{panics: true}).ask(context.Background())
	if want := "no usable credentials: a test: sts.example gave none that can be used"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The library knows no context: the call is left alone, and its result dropped.
func TestSTSRequestEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine stays for ever
		ctx, cancel := context.WithCancel(context.Background())
		late := make(chan struct{})
		defer close(late)
		cancel()
		if _, err := (&scripted{waits: late}).ask(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// A server that never answers is given up by the library itself, in the time it is told.
func TestPatience(t *testing.T) {
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-released }))
	defer server.Close()
	defer close(released)
	h := stsRequest{origin: origin{"a test", "sso.example", ""}, patience: 30 * time.Millisecond}
	_, err := h.ask(context.Background(), func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
		if options.ConnectTimeout+options.ReadTimeout != 30 {
			t.Errorf("%+v", options)
		}
		return providers.NewCloudSSOCredentialsProviderBuilder().WithSignInUrl(server.URL).WithAccountId("a").WithAccessConfig("c").
			WithAccessToken("t").WithAccessTokenExpire(time.Now().Add(time.Hour).Unix()).WithHttpOptions(options).Build()
	})
	if want := "no usable credentials: a test: sso.example could not be asked: no answer in time"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	(stsRequest{}).ask(context.Background(), func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
		if options.ConnectTimeout+options.ReadTimeout != int(requestPatience.Milliseconds()) {
			t.Errorf("%+v", options)
		}
		return nil, errors.New("not needed")
	})
}

// With this variable the library would print its headers.
func TestLibraryThatPrints(t *testing.T) {
	for value, want := range map[string]bool{"credential": true, "tea,credential": true, "tea": false, "credentials": false, "": false} {
		home(t, "", map[string]string{"DEBUG": value})
		err := checkLibrary("a test")
		if (err != nil) != want || err != nil && err.Error() != "no usable credentials: DEBUG=credential makes the vendor's library print tokens, so nothing is fetched for a test" {
			t.Errorf("DEBUG=%s: %v", value, err)
		}
	}
	for name, mode := range map[string]string{
		"RamRoleArn": `"access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "a"`,
		"OIDC":       `"oidc_provider_arn": "p", "oidc_token": "t", "ram_role_arn": "a"`,
	} {
		config := fmt.Sprintf(`{"profiles": [{"name": "p", "mode": %q, %s}]}`, name, mode)
		home(t, config, map[string]string{"DEBUG": "credential"})
		if _, err := Find(Search{Profile: "p"}); err == nil {
			t.Errorf("%s is fetched by a library that prints", name)
		}
		home(t, config, nil)
		if _, err := Find(Search{Profile: "p"}); err != nil {
			t.Error(err)
		}
	}
}
