package cmd

import (
	"context"
	"crypto/sha1"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A story is what the commands of one script share.
type story struct {
	service *emulator.Service
	faults  *faults
	url     string
	checked int // requests that were looked at

	identities *identities // who hand out credentials; nil without them
	home       string      // what the home folder was like
}

func storyOf(ts *testscript.TestScript) *story { return ts.Value("story").(*story) }

// cmdCA makes NAME.crt and NAME.key, a CA of OpenSSL's defaults: ca NAME [SUBJECT]. The
// serial number comes from the name, always 20 bytes long.
func cmdCA(ts *testscript.TestScript, neg bool, args []string) {
	name, subject := args[0], "/CN=Plant CA"
	if len(args) > 1 {
		subject = args[1]
	}
	serial := sha1.Sum([]byte(name))
	serial[0] = 0x4d
	ts.Check(ts.Exec("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
		"-keyout", name+".key", "-out", name+".crt", "-days", "3650", "-subj", subject, "-set_serial", fmt.Sprintf("0x%x", serial)))
}

// cmdEmulator starts the embedded service and puts it into the environment:
//
//	emulator [-deny OPERATION] [-list-delay DURATION] [-instance ID] [-ahead DURATION]
//	         [-hang OPERATION] [-lose OPERATION] [-rival N] [-devices N] [-awaken] [-arrivals N]
//	         [-fault FAULT] [-broker] [-one-way] [-no-password]
//
// It may be denied an operation, be ahead of the clock, never answer an operation, do it
// and lose the answer; or have a rival who registers another CA right after each of the
// first N codes was handed out, or somebody who activates all CAs once the devices of one
// were listed; or N devices that connect just then. A FAULT is as emulate --fault takes it. With
// -broker it has its broker, perhaps one that asks for no certificate or no password.
func cmdEmulator(ts *testscript.TestScript, neg bool, args []string) {
	options := emulatorOptions()
	options.Journal = true
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	deny := flags.String("deny", "", "")
	instance := flags.String("instance", emulatedInstance, "")
	ahead := flags.Duration("ahead", 0, "")
	flags.DurationVar(&options.ListDelay, "list-delay", 0, "")
	flags.IntVar(&options.DevicesPerCA, "devices", 0, "")
	var f faults
	flags.StringVar(&f.hang, "hang", "", "")
	flags.StringVar(&f.lose, "lose", "", "")
	flags.IntVar(&f.rivals, "rival", 0, "")
	flags.BoolVar(&f.awaken, "awaken", false, "")
	flags.IntVar(&f.arrivals, "arrivals", 0, "")
	flags.Var(faultFlag{&options.Faults}, "fault", "")
	flags.BoolVar(&options.EndlessList, "endless", false, "")
	withBroker := flags.Bool("broker", false, "")
	flags.BoolVar(&options.BrokerOneWay, "one-way", false, "")
	flags.BoolVar(&options.BrokerNoPassword, "no-password", false, "")
	fleet := flags.Int("fleet", 0, "")
	foreign := flags.String("foreign", "", "")
	ts.Check(flags.Parse(args))
	options.Instances = []string{*instance}
	for i := range *fleet {
		options.SnScope = emulator.ScopeInstance
		options.Instances = append(options.Instances, fmt.Sprintf("post-cn-%02d", i+1))
	}
	if *foreign != "" {
		options.Foreign = []string{*foreign}
	}
	options.Now = func() time.Time { return time.Now().Add(*ahead) }
	if *deny != "" {
		options.Deny = []string{*deny}
	}
	service, err := emulator.New(options)
	ts.Check(err)
	f.emulated, f.released = service, make(chan struct{})
	server := httptest.NewServer(&f)
	ts.Defer(func() { close(f.released); server.Close() })
	*storyOf(ts) = story{service: service, faults: &f, url: server.URL}
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		ts.Setenv(name, value)
	}
	ts.Setenv("INSTANCE", *instance)
	if *withBroker {
		server, err := emulator.ListenBroker("127.0.0.1:0", service)
		ts.Check(err)
		ts.Defer(func() { server.Close() })
		root := filepath.Join(ts.Getenv("WORK"), ".tmp", "broker.crt")
		ts.Check(os.WriteFile(root, server.RootPEM, 0o600))
		ts.Setenv(envBroker, server.Address)
		ts.Setenv(envBrokerCA, root)
	}
}

// faults stands before the emulator.
type faults struct {
	emulated   *emulator.Service
	hang, lose string
	rivals     int
	awaken     bool
	arrivals   int
	released   chan struct{}

	mutex  sync.Mutex
	await  string // an operation that somebody waits for
	notify chan struct{}
}

// arrived closes notify when a request for the operation arrives.
func (f *faults) arrived(operation string, notify chan struct{}) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.await, f.notify = operation, notify
}

func (f *faults) tell(operation string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.await == operation && f.notify != nil {
		close(f.notify)
		f.notify = nil
	}
}

func (f *faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.tell(r.Header.Get("x-acs-action"))
	switch r.Header.Get("x-acs-action") {
	case f.hang:
		select {
		case <-f.released:
		case <-r.Context().Done():
		}
	case f.lose:
		f.emulated.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case "ListDeviceCertificateByCaSn":
		f.emulated.ServeHTTP(w, r)
		if f.awaken {
			f.awaken = false
			forAll(f.emulated, (*api.Client).ActiveCaCertificate)
		}
		f.arrive(r.URL.Query().Get("CaSn"))
	case "GetRegisterCode":
		f.emulated.ServeHTTP(w, r)
		if f.rivals > 0 {
			f.rivals--
			registerRival(f.emulated)
		}
	default:
		f.emulated.ServeHTTP(w, r)
	}
}

// arrive has the devices connect that were asked for, once.
func (f *faults) arrive(caSn string) {
	for ; f.arrivals > 0; f.arrivals-- {
		if err := f.emulated.AddDevices(emulatedInstance, caSn, emulator.Device{Sn: strconv.Itoa(f.arrivals)}); err != nil {
			panic(err)
		}
	}
}

// registerRival registers another CA, so that the code that was handed out is used up.
func registerRival(emulated http.Handler) {
	server := httptest.NewServer(emulated)
	defer server.Close()
	authority, err := pki.NewThrowawayAuthority(time.Now())
	if err != nil {
		panic(err)
	}
	client := consoleClient(server.URL)
	defer client.Close()
	rival := workflow.Instance{ID: emulatedInstance, Client: client, Observer: progress{&console{err: terminal.NewScreen(io.Discard, terminal.Display{}), quiet: true}}}
	_, err = rival.Register(context.Background(), workflow.Order{Authority: authority, Name: "rival", Validity: time.Hour})
	if err != nil {
		panic(err)
	}
}

// consoleClient calls the service as somebody at a console would.
func consoleClient(url string) *api.Client {
	endpoint, err := api.ParseEndpoint(url)
	if err != nil {
		panic(err)
	}
	return api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret},
		UserAgent:   "console",
	})
}

// cmdRequests wants exactly these requests since it was last asked, a refusal with its
// code: requests [OPERATION[=CODE]]....
func cmdRequests(ts *testscript.TestScript, neg bool, args []string) {
	s := storyOf(ts)
	all := s.service.Requests()
	var got []string
	for _, r := range all[s.checked:] {
		name := r.Operation
		if r.Code != "" {
			name += "=" + r.Code
		}
		got = append(got, name)
	}
	s.checked = len(all)
	if !slices.Equal(got, args) {
		ts.Fatalf("requests %q, want %q", got, args)
	}
}

// cmdRegistered wants exactly so many CAs in the service's book: registered N.
func cmdRegistered(ts *testscript.TestScript, neg bool, args []string) {
	if got := len(storyOf(ts).service.Registrations()); strconv.Itoa(got) != args[0] {
		ts.Fatalf("%d CAs are registered, want %s", got, args[0])
	}
}

// cmdDeactivate makes all CAs inactive, as somebody at a console would.
func cmdDeactivate(ts *testscript.TestScript, neg bool, args []string) {
	s := storyOf(ts)
	forAll(s.service, (*api.Client).InactivateCaCertificate)
	s.checked = len(s.service.Requests())
}

// forAll changes all CAs, as somebody at a console would.
func forAll(service *emulator.Service, change func(*api.Client, context.Context, string, string) (api.Acknowledgement, error)) {
	server := httptest.NewServer(service)
	defer server.Close()
	client := consoleClient(server.URL)
	defer client.Close()
	for _, r := range service.Registrations() {
		if _, err := change(client, context.Background(), r.InstanceID, r.Sn); err != nil {
			panic(err)
		}
	}
}
