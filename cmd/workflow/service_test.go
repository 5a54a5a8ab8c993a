package workflow

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/api/wire/wiretest"
	"mqttca/pki"
)

const instanceID = "post-cn-test01"

// A service is the emulator behind a listener in memory, so that it can live in a
// synctest bubble, where a real socket would keep the clock from moving on.
type service struct {
	*emulator.Service
	instance    Instance
	seen        *recorder
	connections atomic.Int32
}

// intercept may answer a request in the emulator's place (true) or let it through.
type intercept func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool

func startService(t *testing.T, options emulator.Options, before intercept) *service {
	t.Helper()
	if options.Instances == nil {
		options.Instances = []string{instanceID}
	}
	options.Journal = true
	options.Credentials = []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret"}}
	emulated, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || !before(w, r, emulated) {
			emulated.ServeHTTP(w, r)
		}
	})}
	dial := wiretest.Dial(server)
	s := &service{Service: emulated, seen: &recorder{}}
	endpoint, err := api.ParseEndpoint("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		UserAgent:   "mqttca/test",
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			s.connections.Add(1)
			return dial(ctx, network, address)
		},
	})
	t.Cleanup(func() { client.Close(); server.Close() })
	s.instance = Instance{ID: instanceID, Client: client, Observer: s.seen}
	return s
}

// operations is the log of the emulator as one line: names, and codes of refusals.
func (s *service) operations() string { return s.operationsSince(0) }

// operationsSince leaves out the first requests.
func (s *service) operationsSince(first int) string {
	var names []string
	for _, r := range s.Requests()[first:] {
		name := r.Operation
		if r.Code != "" {
			name += "=" + r.Code
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// A recorder keeps what an observer is told, and runs a hook when a step starts.
type recorder struct {
	events   []string
	warnings []string
	counts   [][2]int
	onStart  map[Step]func()
}

var stepNames = map[Step]string{List: "list", FetchCode: "code", Sign: "sign", Submit: "submit", Activate: "activate", Confirm: "confirm",
	ListDevices: "devices", Deactivate: "deactivate", Delete: "delete", Recheck: "recheck", ActivateDevice: "activate", DeactivateDevice: "deactivate", DeleteDevice: "delete", ConfirmDevice: "recheck"}

func (r *recorder) Started(s Step) {
	r.events = append(r.events, stepNames[s])
	if hook := r.onStart[s]; hook != nil {
		hook()
	}
}

func (r *recorder) Ended(s Step, err error) {
	event := "/" + stepNames[s]
	if err != nil {
		event += "!"
	}
	r.events = append(r.events, event)
}

func (r *recorder) Counted(_ Step, done, of int) { r.counts = append(r.counts, [2]int{done, of}) }

func (r *recorder) Warned(text string) { r.warnings = append(r.warnings, text) }

// newOrder is an order for a CA that is made for the test.
func newOrder(t *testing.T) Order {
	t.Helper()
	authority, err := pki.NewThrowawayAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return Order{Authority: authority, Name: "test CA", Validity: time.Hour, Wait: time.Minute}
}

// mustRegister registers an order's CA, as somebody else may have done before.
func (s *service) mustRegister(t *testing.T, order Order) Result {
	t.Helper()
	other := s.instance
	other.Observer = &recorder{}
	result, err := other.Register(context.Background(), order)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// registered fails unless the emulator's book holds exactly these CAs.
func (s *service) registered(t *testing.T, want ...*pki.CA) {
	t.Helper()
	var got, wanted []string
	for _, r := range s.Registrations() {
		got = append(got, fmt.Sprintf("%s active=%v", r.CASHA256, r.Active))
	}
	for _, ca := range want {
		wanted = append(wanted, ca.SHA256()+" active=true")
	}
	if !slices.Equal(got, wanted) {
		t.Errorf("the book holds %q, want %q", got, wanted)
	}
}

// wantError fails unless err reads like this and has an error of type E in its chain.
func wantError[E error](t *testing.T, err error, text string) {
	t.Helper()
	var as E
	if !errors.As(err, &as) {
		t.Fatalf("got %T %v, want a %T", err, err, as)
	}
	if err.Error() != text {
		t.Errorf("\n got %s\nwant %s", err, text)
	}
}

// The ends of a run in an error, as the tables of these tests name them.
const (
	outcomeRefused     Outcome = "refused"
	outcomeUnknown     Outcome = "unknown"
	outcomeUnconfirmed Outcome = "unconfirmed"
	outcomeInterrupted Outcome = "interrupted"
	outcomeFailed      Outcome = "failed"
)

// outcomeOf is the end of a run, also of one that ended in an error.
func outcomeOf(result Result, err error) Outcome {
	var (
		lost     *UnknownError
		accepted *AcceptedError
		refusal  *api.Error
		sameCode *SameCodeError
		inactive *InactiveError
	)
	switch {
	case err == nil:
		return result.Outcome
	case errors.Is(err, context.Canceled):
		return outcomeInterrupted
	case errors.As(err, &lost):
		return outcomeUnknown
	case errors.As(err, &accepted), errors.As(err, &inactive):
		return outcomeUnconfirmed
	case errors.As(err, &refusal), errors.As(err, &sameCode):
		return outcomeRefused
	}
	return outcomeFailed
}
