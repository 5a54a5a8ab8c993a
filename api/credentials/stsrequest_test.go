package credentials

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"strings"
	"testing"
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
	expirationTimestamp int64
}

func (s *scripted) GetCredentials() (*providers.Credentials, error) {
	if s.panics {
		var missing *string
		return &providers.Credentials{AccessKeyId: *missing}, nil
	}
	return &providers.Credentials{AccessKeyId: "id", AccessKeySecret: "secret", SecurityToken: "token"}, s.err
}

func (s *scripted) ask() (Credentials, error) {
	return askSTS(context.Background(), "sts.example", []Secret{"sent+secret/one", "SentTokenOfLetters"},
		func(*providers.HttpOptions) (providers.CredentialsProvider, error) { return s, nil })
}

func TestSTSRequest(t *testing.T) {
	got, err := (&scripted{expirationTimestamp: 1_800_000_000}).ask()
	want := Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token", Expires: time.Unix(1_800_000_000, 0).UTC()}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := (&scripted{}).ask(); err != nil || !got.Expires.IsZero() {
		t.Errorf("an expiry that is unknown: %v, %v", got.Expires, err)
	}
}

// Nothing of the library's words comes through, and of an answer only what looks like a
// code and a request id. What may pass is no refusal.
func TestSTSRequestErrors(t *testing.T) {
	const id = "01234567-89AB-CDEF-0123-456789ABCDEF"
	answered := func(body string) error { return errors.New("refresh session token failed: " + body) }
	transport := func(cause error) error {
		return &url.Error{Op: "Post", URL: "https://sts.example/?SecurityToken=sent+secret/one", Err: cause}
	}
	const unusable, passing = "returned no usable credentials", "answered with an HTML page"
	tests := []struct {
		name string
		err  error
		kind Kind
		want string
	}{
		{"refused", answered(`{"Code":"NoPermission","RequestId":"` + id + `","Message":"sent+secret/one"}`), Unusable, "refused the request (code NoPermission, request id " + id + ")"},
		{"other spelling", answered(`{"code":"Auth.Fail","requestId":"` + id + `"} trailing`), Unusable, "refused the request (code Auth.Fail, request id " + id + ")"},
		{"code alone", answered(`{"Code":"EntityNotExist.Role"}`), Unusable, "refused the request (code EntityNotExist.Role, request id none)"},
		{"request id alone", answered(`{"Code":"what the: ?","RequestId":"` + id + `"}`), Unusable, "refused the request (code none, request id " + id + ")"},
		{"throttled", answered(`{"Code":"Throttling.User"}`), Unfetched, "refused the request (code Throttling.User, request id none)"},
		{"unavailable", answered(`{"Code":"ServiceUnavailable"}`), Unfetched, "refused the request (code ServiceUnavailable, request id none)"},
		{"echo in the code", answered(`{"Code":"SentTokenOfLetters","RequestId":"sent+secret\/one"}`), Unusable, unusable},
		{"echo in the code, escaped", answered(`{"Code":"S\u0065ntTokenOfLetters"}`), Unusable, unusable},
		{"sentence for a code", answered(`{"Code":"NoPermission for sent+secret"}`), Unusable, unusable},
		{"long code", answered(`{"Code":"A` + strings.Repeat("a", 1000) + `"}`), Unusable, unusable},
		{"HTML", answered("<html>sent+secret/one"), Unfetched, passing},
		{"cut JSON", answered(`{"Code":"NoPermission`), Unusable, unusable},
		{"text", answered("sent+secret/one"), Unusable, unusable},
		{"no answer to the question", errors.New("refresh RoleArn sts token err, json.Unmarshal fail: sent+secret/one"), Unusable, unusable},
		{"unknown host", transport(&net.DNSError{Name: "sts.example", IsNotFound: true}), Unfetched, "could not be reached: the host name sts.example is not known"},
		{"not HTTP", transport(errors.New(`malformed HTTP status code "sent+secret/one"`)), Unfetched, "could not be reached: the connection failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := (&scripted{err: tt.err}).ask()
			failure := origin{source: "a test", host: "sts.example", advice: "advice", reach: "reach"}.failed(context.Background(), err)
			problem, ok := errors.AsType[*Error](failure)
			wantAdvice := map[Kind]string{Unusable: "advice", Unfetched: "reach"}[tt.kind]
			if !ok || problem.Kind != tt.kind || problem.Reason != "a test: sts.example "+tt.want || problem.Advice != wantAdvice {
				t.Errorf("\n got %+v\nwant %s", failure, tt.want)
			}
			if errors.Unwrap(failure) != nil {
				t.Error("the library's error can be unwrapped")
			}
			if hasID := strings.Contains(tt.want, id); hasID != (problem.RequestID == id) {
				t.Errorf("request id %q", problem.RequestID)
			}
			if !strings.Contains(failure.Error(), problem.Code) {
				t.Errorf("%q is not in the sentence", problem.Code)
			}
		})
	}
}

// The library dereferences what an answer may lack.
func TestPanicOfTheLibrary(t *testing.T) {
	_, err := (&scripted{panics: true}).ask()
	if want := "returned no usable credentials"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// With this variable the library would print its headers.
func TestLibraryThatPrints(t *testing.T) {
	for value, want := range map[string]bool{"credential": true, "tea,credential": true, "tea": false, "credentials": false, "": false} {
		home(t, "", map[string]string{"DEBUG": value})
		err := checkLibrary("a test")
		if (err != nil) != want || err != nil && err.Error() != "no usable credentials: DEBUG=credential makes the vendor's library print tokens, so mqttca fetches nothing for a test" {
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
