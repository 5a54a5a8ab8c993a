package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// HeaderEmulated is "1" in every answer of the emulator. The real service never sends it.
const HeaderEmulated = "X-Mqttca-Emulator"

// A Service is one emulated control plane. It is safe for concurrent use.
type Service struct {
	options     Options
	credentials map[string]Credential
	instances   map[string]instance // by id
	nonces      *nonces
	limits      *rateLimits
	faults      *faultPlan
	journal     *journal
	filler      *record // fills the pages of an endless list; nil: lists end

	mu   sync.Mutex // held while an operation does its work
	book book
}

// A call is a request on its way to an operation.
type call struct {
	requestID    string
	now          time.Time
	method, host string
	claim        claim
	parameters   parameters
	credential   Credential
	reason       string // of a refusal
}

// New returns a service with the CAs of Options.Strangers and no others. It fails if an
// option is not usable.
func New(options Options) (*Service, error) {
	options = options.withDefaults()
	if err := options.validate(); err != nil {
		return nil, err
	}
	s := &Service{
		options:     options,
		credentials: make(map[string]Credential),
		instances:   options.instances(),
		nonces:      newNonces(),
		faults:      newFaultPlan(options.Faults, options.Mixture),
		journal:     &journal{},
		book:        book{options: options, codes: codes{options, make(map[string]issuedCode), make(map[string]bool)}},
	}
	if options.RateLimit {
		s.limits = newRateLimits()
	}
	for _, credential := range options.Credentials {
		s.credentials[credential.AccessKeyID] = credential
	}
	return s, s.populate()
}

// now is the time by the clock of the service.
func (s *Service) now() time.Time { return s.options.Now().Add(s.options.ClockSkew) }

// ServeHTTP answers a request in the RPC style of the vendor's gateway: path "/", the
// operation in the header x-acs-action or, under signature 1.0, in the parameter Action.
// Faults meet only requests that the gateway admits, and only these are counted.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := call{requestID: newRequestID(), now: s.now(), method: r.Method, host: r.Host}
	// Set before the rest is read, for the journal of a request that breaks off.
	c.claim.operation = r.Header.Get("x-acs-action")
	op, refused := s.admit(&c, w, r)
	if refused != nil {
		s.send(w, &c, s.refusal(&c, refused), "")
		return
	}
	trouble := s.faults.next(c.claim.operation)
	if trouble.wait > 0 && !pause(w, r, trouble.wait) {
		s.journal.enter(&c, 0, "", trouble.name())
		panic(http.ErrAbortHandler) // the client has left before any work
	}
	c.now = s.now()
	work := func() reply { return s.run(&c, op) }
	deliver := trouble.deliver()
	if deliver == nil {
		s.send(w, &c, work(), trouble.name())
		return
	}
	if trouble.AfterWork {
		work()
	}
	deliver(&delivery{Service: s, w: w, r: r, call: &c, fault: trouble.Fault, work: work})
}

// run does the work of an operation, one at a time, and returns its answer.
func (s *Service) run(c *call, op operation) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, refused := op.run(s, c)
	if refused != nil {
		return s.refusal(c, refused)
	}
	return newReply(c, http.StatusOK, "", result)
}

// send enters an answer into the journal and sends it, in this order, so that a client
// with the answer finds the entry.
func (s *Service) send(w http.ResponseWriter, c *call, answer reply, fault string) {
	s.journal.enter(c, answer.status, answer.code, fault)
	answer.writeHeader(w)
	// A client that has gone away needs no answer.
	_, _ = w.Write(answer.body)
}

// Inject replaces all faults, also those of Options.Mixture, and restarts the count of
// calls. Without an argument no call goes wrong.
func (s *Service) Inject(faults ...Fault) error {
	if err := validateFaults(faults); err != nil {
		return err
	}
	s.faults.replace(faults, Mixture{})
	return nil
}

// journalLimit is the number of requests kept at least; at most twice as many are kept.
const journalLimit = 50_000

// maxOperationLength bounds an operation's name in the journal: a client may send
// anything.
const maxOperationLength = 128

// A Request is a request that the service has received, with the outcome.
type Request struct {
	Operation  string // the header x-acs-action or the parameter Action, even if no such operation exists
	Method     string
	Code       string // of the answer; "" if the request succeeded, or if no code was sent
	Reason     string // of a refusal whose code has several, in the emulator's own words; the answer does not have it
	HTTPStatus int    // 0 if not even a status was sent
	Fault      string // that it met: a FaultKind, with "-after" behind it if it came after the work; "" for none
}

// A journal keeps the latest requests.
type journal struct {
	mu      sync.Mutex
	entries []Request
}

// enter copies its strings: a part of a request holds on to the memory of the whole.
func (j *journal) enter(c *call, status int, code code, fault string) {
	operation := c.claim.operation
	entry := Request{
		Operation:  strings.Clone(operation[:min(len(operation), maxOperationLength)]),
		Method:     strings.Clone(c.method),
		Code:       string(code),
		Reason:     c.reason,
		HTTPStatus: status,
		Fault:      fault,
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == 2*journalLimit {
		j.entries = slices.Delete(j.entries, 0, journalLimit)
	}
	j.entries = append(j.entries, entry)
}

// Requests returns the requests received so far, in order. A long-running service keeps
// only the latest: at least 50,000.
func (s *Service) Requests() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.entries)
}
