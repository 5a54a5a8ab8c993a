package cmd

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// The login, which is sent to nobody, and the token that stories have in their configurations.
const (
	loginToken = "login+token/of-the-CLI=="
	oidcToken  = "eyJ.oidc-token.of-a-pod"
)

// identities stand in for everybody who hands out temporary credentials: STS and a credentials
// URI.
type identities struct {
	lasts    time.Duration // how long what is handed out is good
	refuse   string        // a code to refuse with; the answer echoes all that was sent
	hang     bool
	first    string // how the first request is answered, and with always every one: see amiss
	always   bool
	tell     func(string) // of whom is asked
	released chan struct{}

	mutex  sync.Mutex
	handed int
	nonces map[string]bool
	asked  []string
}

// handOuts is how many pairs are handed out at most.
const handOuts = 20

// A pair is a known AccessKey; with a token it is temporary.
type pair struct{ id, secret, token string }

// permanent may assume roles.
var permanent = pair{"ram-user-id", hiddenFile, ""}

func handedOut(n int) pair {
	return pair{fmt.Sprintf("STS.handed-out-%d", n), fmt.Sprintf("%s%d", hiddenKey, n), fmt.Sprintf("%s%d", hiddenSTS, n)}
}

// known are all pairs: those of users, and what may be handed out.
func known() map[string]pair {
	pairs := map[string]pair{permanent.id: permanent}
	for n := range handOuts {
		p := handedOut(n + 1)
		pairs[p.id] = p
	}
	return pairs
}

func (i *identities) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	i.tell(r.Host)
	if i.hang {
		select {
		case <-i.released:
		case <-r.Context().Done():
		}
		return
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.first != "" && (i.always || len(i.asked) == 0) {
		i.asked = append(i.asked, r.Host+r.URL.Path+"="+i.first)
		amiss(w, r, i.first)
		return
	}
	what, fault := i.check(r, body)
	i.asked = append(i.asked, r.Host+r.URL.Path+what)
	w.Header().Set("Content-Type", "application/json")
	if i.refuse != "" || fault != "" {
		w.WriteHeader(http.StatusForbidden)
		echo := everything(r) + string(body) + r.URL.RawQuery + permanent.secret + oidcToken
		io.WriteString(w, object("Code", cmp.Or(fault, i.refuse), "RequestId", "01234567-89AB-CDEF-0123-456789ABCDEF", "Message", echo, "HostId", echo))
		return
	}
	i.handed++
	io.WriteString(w, i.handOut(r, handedOut(i.handed)))
}

// amiss answers as what is on the way to whoever hands out credentials, and not as they do.
func amiss(w http.ResponseWriter, r *http.Request, how string) {
	switch how {
	case "503":
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, object("Code", "ServiceUnavailable", "RequestId", "01234567-89AB-CDEF-0123-456789ABCDEF"))
	case "html":
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, "<html>502 Bad Gateway</html>")
	case "reset":
		panic(http.ErrAbortHandler)
	case "redirect":
		w.Header().Set("Location", "https://elsewhere.example/"+everything(r))
		w.WriteHeader(http.StatusTemporaryRedirect)
	case "endless":
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
}

// check says what a request asks for, and what is wrong with it.
func (i *identities) check(r *http.Request, body []byte) (what, fault string) {
	switch {
	case strings.HasPrefix(r.Host, "sts"):
		return i.checkSTS(r, body)
	case r.Method != http.MethodGet:
		return "", "MethodNotAllowed"
	}
	return "", ""
}

func (i *identities) handOut(r *http.Request, p pair) string {
	expires := time.Now().Add(i.lasts).UTC().Format("2006-01-02T15:04:05Z")
	text := object("AccessKeyId", p.id, "AccessKeySecret", p.secret, "SecurityToken", p.token, "Expiration", expires)
	if strings.HasPrefix(r.Host, "sts") {
		return `{"RequestId": "r", "AssumedRoleUser": {}, "Credentials": ` + text + "}"
	}
	return text
}

// cmdIdentity starts an emulator that knows what is handed out, and a world in which
// everybody hands it out:
//
//	identity [-lasts DURATION] [-refuse CODE] [-hang] [-first KIND [-always]] [-fault FAULT]
//
// A FAULT is as emulate --fault takes it. URI is the address of a credentials URI.
func cmdIdentity(ts *testscript.TestScript, neg bool, args []string) {
	i := &identities{released: make(chan struct{}), nonces: map[string]bool{}}
	flags := flag.NewFlagSet("identity", flag.ContinueOnError)
	flags.DurationVar(&i.lasts, "lasts", time.Hour, "")
	flags.StringVar(&i.refuse, "refuse", "", "")
	flags.BoolVar(&i.hang, "hang", false, "")
	flags.StringVar(&i.first, "first", "", "")
	flags.BoolVar(&i.always, "always", false, "")
	options := emulatorOptions()
	options.Journal = true
	flags.Var(faultFlag{&options.Faults}, "fault", "")
	ts.Check(flags.Parse(args))
	options.Credentials = nil
	for _, p := range known() {
		options.Credentials = append(options.Credentials, emulator.Credential{AccessKeyID: p.id, AccessKeySecret: p.secret, SecurityToken: p.token})
	}
	service, err := emulator.New(options)
	ts.Check(err)
	f := &faults{emulated: service, released: i.released}
	i.tell = f.tell
	emulated, uri := httptest.NewServer(f), httptest.NewServer(i)
	world, err := newWorld(i)
	ts.Check(err)
	ts.Defer(func() { close(i.released); emulated.Close(); uri.Close(); world.close() })
	roots := filepath.Join(ts.Getenv("WORK"), ".tmp", "roots.pem")
	ts.Check(os.WriteFile(roots, world.roots, 0o600))
	*storyOf(ts) = story{service: service, faults: f, url: emulated.URL, identities: i, home: storyOf(ts).home}
	for name, value := range map[string]string{
		envEndpoint: emulated.URL, "INSTANCE": emulatedInstance, "URI": uri.URL + "/credentials",
		"HTTPS_PROXY": world.proxy.URL, "SSL_CERT_FILE": roots,
		credentials.EnvAccessKeyID: "", credentials.EnvAccessKeySecret: "", credentials.EnvSecurityToken: "",
	} {
		ts.Setenv(name, value)
	}
}

// cmdAsked wants exactly these to have been asked for credentials since it was last
// asked: asked [HOST/PATH[:WHAT]]....
func cmdAsked(ts *testscript.TestScript, neg bool, args []string) {
	i := storyOf(ts).identities
	i.mutex.Lock()
	defer i.mutex.Unlock()
	for n, line := range i.asked {
		if strings.HasPrefix(line, "127.0.0.1:") {
			i.asked[n] = "URI"
		}
	}
	if !slices.Equal(i.asked, args) {
		ts.Fatalf("asked %q, want %q", i.asked, args)
	}
	i.asked = nil
}

// cmdUntouched wants the home folder to be, to the byte and to the time of each change, as
// it was when it was first called.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	var found strings.Builder
	ts.Check(filepath.Walk(ts.Getenv("HOME"), func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		content, _ := os.ReadFile(path) // nothing of a folder
		target, _ := os.Readlink(path)
		fmt.Fprintf(&found, "%s %v %v %s %s\n", path, info.Mode(), info.ModTime(), target, content)
		return nil
	}))
	s := storyOf(ts)
	if s.home == "" {
		s.home = found.String()
	}
	if s.home != found.String() {
		ts.Fatalf("the home folder was\n%s\nand is\n%s", s.home, found.String())
	}
}
