package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"
)

// HeaderEmulated is "1" in every answer of the emulator. The vendor has no such header.
const HeaderEmulated = "X-Mqttca-Emulator"

// A Service is one emulated control plane. It is safe for concurrent use.
type Service struct {
	options     Options
	credentials map[string]Credential
	instances   map[string]instance // by id
	filler      *record             // fills the pages of an endless list; nil: lists end

	mu      sync.Mutex // guards all below
	nonces  nonces
	limits  rateLimits
	faults  *faultPlan
	journal []Request
	book    book
}

// A call is a request on its way to an operation.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	requestID string
	now       time.Time

	query      parameters
	parameters // of query and form; a parameter in both appears twice
	body       []byte
	claim
	op         operation
	credential Credential
	met        Fault
	wait       time.Duration // before the work and the fault
	reason     string        // of a refusal
}

// New returns a service with only the CAs of Options.Strangers. It fails if an option is unusable.
func New(options Options) (*Service, error) {
	options = options.withDefaults()
	instances, noInstances := options.instances()
	credentials, noCredentials := options.credentials()
	if err := cmp.Or(noInstances, noCredentials, options.validate()); err != nil {
		return nil, err
	}
	s := &Service{
		options:     options,
		credentials: credentials,
		instances:   instances,
		nonces:      nonces{until: make(map[string]time.Time)},
		limits:      options.rateLimits(),
		faults:      newFaultPlan(options.Faults, options.Mixture),
		book:        book{options: options, codes: make(map[string]issuedCode), usedCodes: make(map[string]bool)},
	}
	return s, s.populate()
}

// now returns the time by the service's clock.
func (s *Service) now() time.Time { return s.options.Now().Add(s.options.ClockSkew) }

// ServeHTTP answers a request in the RPC style of the vendor's gateway: path "/", the operation in
// the header x-acs-action or, under signature 1.0, in the parameter Action. Only requests admitted
// by the gateway meet faults and are counted.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r, requestID: newRequestID(), now: s.now()}
	if refused := s.admit(c); refused != nil {
		s.send(c, s.refusal(c, refused))
		return
	}
	if c.wait > 0 && !c.pause(c.wait) {
		s.enter(c, 0, "")
		panic(http.ErrAbortHandler) // the client left before any work
	}
	c.now = s.now()
	deliver := faultKinds[c.met.Kind].deliver
	if deliver == nil {
		s.send(c, s.run(c))
		return
	}
	if c.met.AfterWork {
		s.run(c)
	}
	deliver(&delivery{s, c})
}

// run does the work of an operation, one at a time, and returns its answer.
func (s *Service) run(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused := s.require(c); refused != nil {
		return s.refusal(c, refused)
	}
	result, refused := c.op.run(s, c)
	if refused != nil {
		return s.refusal(c, refused)
	}
	return c.encode(http.StatusOK, "", result)
}

// send records an answer in the journal before sending it, so that a client with the answer finds
// the entry.
func (s *Service) send(c *call, answer reply) {
	s.enter(c, answer.status, answer.code)
	c.begin(answer)
	// A client which has left needs no answer.
	_, _ = c.w.Write(answer.body)
}

// Inject replaces all faults, including Options.Mixture's, and restarts the count of calls. Without
// an argument no call fails.
func (s *Service) Inject(faults ...Fault) error {
	if err := validateFaults(faults); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = newFaultPlan(faults, Mixture{})
	return nil
}

// A Request is a received request with its outcome.
type Request struct {
	Operation  string // the header x-acs-action or the parameter Action, even for an unknown operation
	Method     string
	Code       string // of the answer; "" if the request succeeded, or if no code was sent
	Reason     string // of a refusal whose code has several, in the emulator's own words; not in the answer
	HTTPStatus int    // 0 if no status was sent
	Fault      string // the request's fault: a FaultKind, followed by "-after" if it came after the work; "" for none
}

// enter records a call with its outcome.
func (s *Service) enter(c *call, status int, code code) {
	if !s.options.Journal {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, Request{c.operation, c.r.Method, string(code), c.reason, status, c.met.name()})
}

// Requests returns the requests received so far, in order, if Options.Journal is set.
func (s *Service) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}
