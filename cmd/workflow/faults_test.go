package workflow

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/api/wire/wiretest"
)

var soakRuns = flag.Int("soak", 100, "how many runs TestSoak makes")

// A trial is one registration against the emulator, with faults, over a listener in memory.
type trial struct {
	*emulator.Service
	instance Instance
	order    Order
	retries  int
	open     atomic.Int64 // connections of the server
}

// newTrial must be called in a bubble; end ends all that it started there.
func newTrial(t *testing.T, options emulator.Options, token string, before ...intercept) (tr *trial, end func()) {
	t.Helper()
	if options.Instances == nil {
		options.Instances = []string{instanceID}
	}
	options.Journal = true
	options.Credentials = []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: token}}
	service, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	tr = &trial{Service: service, order: newOrder(t)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.ContainsFunc(before, func(answered intercept) bool { return answered(w, r, service) }) {
			service.ServeHTTP(w, r)
		}
	})
	server := &http.Server{Handler: handler, ConnState: tr.track}
	tr.connect(t, "http://127.0.0.1:1", token, wiretest.Dial(server))
	return tr, func() { tr.instance.Client.Close(); server.Close() }
}

// connect makes the client of a trial.
func (tr *trial) connect(t *testing.T, url, token string, dial func(context.Context, string, string) (net.Conn, error)) {
	t.Helper()
	endpoint, err := api.ParseEndpoint(url)
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: credentials.Secret(token)},
		UserAgent:   "mqttca/test",
		Retries:     5,
		Retrying:    func(api.Retry) { tr.retries++ },
		Dial:        dial,
	})
	tr.instance = Instance{ID: instanceID, Client: client, Observer: &recorder{}}
}

// track counts the connections that are open at the server.
func (tr *trial) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		tr.open.Add(1)
	case http.StateClosed, http.StateHijacked: // only a fault hijacks, and it closes at once
		tr.open.Add(-1)
	}
}

func (tr *trial) register() (Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return tr.instance.Register(ctx, tr.order)
}

// ours is how often the emulator's book has our CA.
func (tr *trial) ours() int {
	n := 0
	for _, r := range tr.Registrations() {
		if r.CASHA256 == tr.order.Authority.SHA256() {
			n++
		}
	}
	return n
}

// verdict compares what was reported with the emulator's own book, "" where they agree.
func (tr *trial) verdict(result Result, err error) string {
	var accepted *AcceptedError
	registered := tr.ours()
	switch {
	case registered > 1:
		return fmt.Sprintf("registered %d times", registered)
	case err == nil && registered == 0:
		return "success is reported, and nothing is registered"
	case errors.As(err, &accepted) && registered == 0:
		return "it is called accepted, and nothing is registered"
	case err != nil && registered == 1 && !slices.Contains([]Outcome{outcomeUnknown, outcomeUnconfirmed, outcomeInterrupted}, outcomeOf(result, err)):
		return fmt.Sprintf("%s is reported, and it is registered: %v", outcomeOf(result, err), err)
	case err != nil && registered == 1 && result.Verification == nil:
		return fmt.Sprintf("it is registered, and nothing was submitted: %v", err)
	}
	return ""
}

// judge wants the verdict empty, and a run without faults to end with one registration.
func (tr *trial) judge(result Result, err error) string {
	if wrong := tr.verdict(result, err); wrong != "" {
		return wrong
	}
	tr.Inject()
	time.Sleep(time.Minute) // the bubble's: replicas have caught up by then
	if result, err := tr.register(); err != nil || tr.ours() != 1 {
		return fmt.Sprintf("run again without faults: %s, %v, %d registrations", outcomeOf(result, err), err, tr.ours())
	}
	return ""
}

// matrixFaults are the faults of the matrix, each before the work and after it where that
// is a difference.
func matrixFaults() []emulator.Fault {
	var faults []emulator.Fault
	for _, kind := range emulator.FaultKinds() {
		fault := emulator.Fault{Kind: kind}
		switch kind {
		case emulator.FaultRefuse:
			for _, code := range []string{"NeverSeen", "SignatureNonceUsed", "RegisterCodeUsed", "RegisterCodeError", "SnNotUnique", "CaAlreadyExist", "GetCaNumError"} {
				faults = append(faults, emulator.Fault{Kind: kind, Code: code})
			}
			continue
		case emulator.FaultLatency:
			fault.Delay = 20 * time.Second
		case emulator.FaultOversize:
			fault.Size = 9 << 20
		}
		faults = append(faults, fault)
		switch kind {
		case emulator.FaultInternal, emulator.FaultHang, emulator.FaultReset, emulator.FaultHTML, emulator.FaultGarbage, emulator.FaultOversize, emulator.FaultRedirect:
			fault.AfterWork = true
			faults = append(faults, fault)
		}
	}
	return faults
}

// Every fault at every call of the workflow, once and again and again, for an AccessKey and
// for STS.
func TestFaultMatrix(t *testing.T) {
	points := []struct {
		name, operation string
		call            int
	}{
		{"list", "ListCaCertificate", 1},
		{"code", "GetRegisterCode", 1},
		{"submit", "RegisterCaCertificate", 1},
		{"poll", "ListCaCertificate", 2},
	}
	for _, token := range []string{"", "token"} {
		for _, point := range points {
			for _, fault := range matrixFaults() {
				for _, repeated := range []int{1, 50} {
					name := fmt.Sprintf("token=%q/%s/%s%s/after=%v/times=%d", token, point.name, fault.Kind, fault.Code, fault.AfterWork, repeated)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							var faults []emulator.Fault
							for n := range repeated {
								fault.Operation, fault.Call = point.operation, point.call+n
								faults = append(faults, fault)
							}
							tr, end := newTrial(t, emulator.Options{Faults: faults}, token)
							defer end()
							result, err := tr.register()
							if wrong := tr.judge(result, err); wrong != "" {
								t.Error(wrong)
							}
						})
					})
				}
			}
		}
	}
}

// The same over real connections, where a reset is one: limits are in milliseconds.
func TestFaultsOnLoopback(t *testing.T) {
	for _, point := range []struct {
		name, operation string
		call            int
	}{
		{"submit", "RegisterCaCertificate", 1},
		{"poll", "ListCaCertificate", 2},
	} {
		for _, fault := range []emulator.Fault{
			{Kind: emulator.FaultReset}, {Kind: emulator.FaultReset, AfterWork: true}, {Kind: emulator.FaultTruncate},
		} {
			for _, token := range []string{"", "token"} {
				fault.Operation, fault.Call = point.operation, point.call
				t.Run(fmt.Sprintf("token=%q/%s/%s/after=%v", token, point.name, fault.Kind, fault.AfterWork), func(t *testing.T) {
					t.Parallel() // each has pauses of its own
					tr := newLoopbackTrial(t, fault, token)
					result, err := tr.register()
					if wrong := tr.verdict(result, err); wrong != "" {
						t.Error(wrong)
					}
					if err == nil && outcomeOf(result, err) != Registered {
						t.Errorf("outcome %s", outcomeOf(result, err))
					}
					tr.Inject()
					if result, err := tr.register(); err != nil || tr.ours() != 1 {
						t.Errorf("run again: %s, %v, %d registrations", outcomeOf(result, err), err, tr.ours())
					}
				})
			}
		}
	}
}

func newLoopbackTrial(t *testing.T, fault emulator.Fault, token string) *trial {
	t.Helper()
	service, err := emulator.New(emulator.Options{
		Instances:   []string{instanceID},
		Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: token}},
		Faults:      []emulator.Fault{fault},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", false, service)
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{Service: service, order: newOrder(t)}
	tr.order.Wait = 0
	tr.connect(t, server.URL, token, nil)
	t.Cleanup(func() { tr.instance.Client.Close(); server.Close() })
	return tr
}

// TestSoak is many runs under random faults, delays and manners of the service, each with
// its seed.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	faults, retries, open := 0, 0, int64(0)
	var wrong []string
	outcomes := map[Outcome]int{}
	for seed := range uint64(*soakRuns) {
		synctest.Test(t, func(t *testing.T) {
			tr, end := newTrial(t, randomOptions(seed), "")
			defer end()
			defer func() {
				tr.instance.Client.Close()
				synctest.Wait()
				open += tr.open.Load()
			}()
			result, err := tr.register()
			outcomes[outcomeOf(result, err)]++
			if verdict := tr.judge(result, err); verdict != "" {
				wrong = append(wrong, fmt.Sprintf("seed %d: %s", seed, verdict))
			}
			for _, r := range tr.Requests() {
				if r.Fault != "" {
					faults++
				}
			}
			retries += tr.retries
		})
	}
	fmt.Printf("soak: %d runs, %d faults, %d retries, outcomes %v, %d connections left open, %d wrong\n",
		*soakRuns, faults, retries, outcomes, open, len(wrong))
	for _, verdict := range wrong {
		t.Error(verdict)
	}
	if open != 0 {
		t.Errorf("%d connections are open at the end", open)
	}
	if after := settledGoroutines(before); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// settledGoroutines counts the goroutines once they are as few as wanted. One of the runtime's
// own counts while it runs a finalizer; one that leaked stays.
func settledGoroutines(wanted int) int {
	count := runtime.NumGoroutine()
	for tries := 0; count > wanted && tries < 100; tries++ {
		runtime.GC()
		count = runtime.NumGoroutine()
	}
	return count
}

// randomOptions are an emulator's with faults, and with whatever the vendor's texts leave
// open.
func randomOptions(seed uint64) emulator.Options {
	random := rand.New(rand.NewPCG(seed, 7))
	options := emulator.Options{
		Hard:    random.IntN(2) == 0,
		Mixture: emulator.Mixture{Seed: seed, Rate: random.Float64() * 0.6},
	}
	if random.IntN(3) == 0 {
		options.ListDelay = time.Duration(random.Int64N(int64(30 * time.Second)))
	}
	if random.IntN(4) == 0 {
		options.Flicker = time.Duration(random.Int64N(int64(20 * time.Second)))
	}
	if random.IntN(4) == 0 { // the CA of a trial is an hour old, by either clock
		options.ClockSkew = time.Duration(random.Int64N(int64(100*time.Minute))) - 50*time.Minute
	}
	return options
}
