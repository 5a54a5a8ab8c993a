package credentials

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A metadataServer stands in for the metadata service of an instance with one role.
type metadataServer struct {
	noTokens bool // like version 1
	role     string
	answer   string
	status   int // of the credentials, 0: 200
	asked    []string
}

const metadataAnswer = `{"Code": "Success", "AccessKeyId": "STS.ecs", "AccessKeySecret": "ecs-secret", "SecurityToken": "ecs-token",
	"Expiration": "2099-12-01T12:00:00Z", "LastUpdated": "2099-12-01T06:00:00Z"}`

func (m *metadataServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("X-aliyun-ecs-metadata-token")
	m.asked = append(m.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+token))
	switch {
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" && !m.noTokens:
		if r.Header.Get("X-aliyun-ecs-metadata-token-ttl-seconds") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		io.WriteString(w, "a-token\n")
	case r.Method == http.MethodGet && !m.noTokens && token != "a-token":
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodGet && r.URL.Path == "/latest/meta-data/ram/security-credentials/":
		io.WriteString(w, m.role+"\n")
	case r.Method == http.MethodGet && r.URL.Path == "/latest/meta-data/ram/security-credentials/the-role":
		if m.status != 0 {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			w.WriteHeader(m.status)
		}
		io.WriteString(w, m.answer)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func TestECSRole(t *testing.T) {
	const (
		put   = "PUT /latest/api/token"
		roles = "GET /latest/meta-data/ram/security-credentials/"
	)
	unusable := "the metadata service returned no usable credentials"
	tests := []struct {
		name   string
		server metadataServer
		role   string
		v2Only bool
		want   string // "" for credentials
		asked  string
	}{
		{"role that the service names", metadataServer{role: "the-role", answer: metadataAnswer}, "", false, "",
			put + ", " + roles + " a-token, " + roles + "the-role a-token"},
		{"role given", metadataServer{answer: metadataAnswer}, "the-role", true, "", put + ", " + roles + "the-role a-token"},
		{"service without tokens", metadataServer{noTokens: true, answer: metadataAnswer}, "the-role", false, "", put + ", " + roles + "the-role"},
		{"service without tokens, which must have them", metadataServer{noTokens: true, answer: metadataAnswer}, "the-role", true,
			"the metadata service answered HTTP 404", put},
		{"another role", metadataServer{}, "other", false, "the metadata service answered HTTP 404", put + ", " + roles + "other a-token"},
		{"no role", metadataServer{role: ""}, "", false, "the metadata service returned no role name", put + ", " + roles + " a-token"},
		{"a page for a role", metadataServer{role: "<html>never shown</html>"}, "", false, "the metadata service returned no role name", put + ", " + roles + " a-token"},
		{"redirect", metadataServer{status: 302, answer: metadataAnswer}, "the-role", false, "the metadata service answered HTTP 302", put + ", " + roles + "the-role a-token"},
		{"not JSON", metadataServer{answer: "never shown"}, "the-role", false, unusable, put + ", " + roles + "the-role a-token"},
		{"failed", metadataServer{answer: strings.Replace(metadataAnswer, "Success", "Failed", 1)}, "the-role", false, unusable, put + ", " + roles + "the-role a-token"},
		{"no Code", metadataServer{answer: strings.Replace(metadataAnswer, `"Code": "Success", `, "", 1)}, "the-role", false, "", put + ", " + roles + "the-role a-token"},
		{"no expiry", metadataServer{answer: strings.Replace(metadataAnswer, "Expiration", "Other", 1)}, "the-role", false, unusable, put + ", " + roles + "the-role a-token"},
		{"no token", metadataServer{answer: strings.Replace(metadataAnswer, "SecurityToken", "Other", 1)}, "the-role", false, unusable, put + ", " + roles + "the-role a-token"},
		{"endless", metadataServer{answer: strings.Repeat(" ", 1<<20) + metadataAnswer}, "the-role", false, unusable, put + ", " + roles + "the-role a-token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home(t, "", nil)
			server := httptest.NewServer(&tt.server)
			defer server.Close()
			service := metadata{server.URL, fetchClient(time.Minute), tt.v2Only}
			provider, err := service.provider("the ECS role", tt.role)
			if err != nil {
				t.Fatal(err)
			}
			got, err := provider.Credentials(context.Background())
			if asked := strings.Join(tt.server.asked, ", "); asked != tt.asked {
				t.Errorf("\nasked %s\n want %s", asked, tt.asked)
			}
			if tt.want != "" {
				if err == nil || err.Error() != "no usable credentials: the ECS role: "+tt.want {
					t.Errorf("\n got %v\nwant …%s", err, tt.want)
				}
				return
			}
			want := Credentials{"STS.ecs", "ecs-secret", "ecs-token", "the ECS role", time.Date(2099, 12, 1, 12, 0, 0, 0, time.UTC)}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// Where nothing listens, and where the context ends.
func TestNoMetadataService(t *testing.T) {
	home(t, "", nil)
	provider, err := metadata{"http://127.0.0.1:1", fetchClient(time.Minute), false}.provider("the ECS role", "r")
	if err != nil {
		t.Fatal(err)
	}
	_, err = provider.Credentials(context.Background())
	if want := "credentials could not be fetched: the ECS role: the metadata service could not be reached: connection refused"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = provider.Credentials(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The one address, and no proxy whatever the environment says.
func TestMetadataClient(t *testing.T) {
	client := metadataClient()
	if transport := client.Transport.(*http.Transport); transport.Proxy != nil || metadataURL != "http://100.100.100.200" {
		t.Error("the metadata service is asked elsewhere, or by way of a proxy")
	}
}

func TestECSRoleForbidden(t *testing.T) {
	home(t, `{"current": "p", "profiles": [{"name": "p", "mode": "EcsRamRole"}, {"name": "bad", "mode": "EcsRamRole", "ram_role_name": "a/b"}]}`,
		map[string]string{EnvECSRoleDisabled: "True"})
	for search, want := range map[Search]string{
		{ECSRole: true}: "ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids asking the metadata service for the ECS role",
		{}:              `ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids asking the metadata service for profile "p" (EcsRamRole)`,
	} {
		if _, err := Find(search); err == nil || err.Error() != "no usable credentials: "+want {
			t.Errorf("\n got %v\nwant …%s", err, want)
		}
	}
	t.Setenv(EnvECSRoleDisabled, "false")
	if _, err := Find(Search{ECSRole: true}); err != nil {
		t.Error(err)
	}
	const want = `no usable credentials: profile "bad" (EcsRamRole) is "a/b", which is not a role name`
	if _, err := Find(Search{Profile: "bad"}); err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}
