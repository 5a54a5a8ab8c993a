package emulator

import (
	"net/http"
	"time"
)

// HeaderEmulated marks every answer of the emulator; its value is "1". The real service never sends it.
const HeaderEmulated = "X-Mqttca-Emulator"

// Service is one emulated control plane. It is an http.Handler and safe for concurrent use.
type Service struct {
	credentials map[string]Credential
	operations  map[string]operation
	denied      map[string]bool
	now         func() time.Time
	nonces      *nonces
	book        *book
	journal     *journal
}

// New returns a service with an empty book. The error says which option is not usable.
func New(options Options) (*Service, error) {
	operations := supportedOperations()
	if err := options.validate(operations); err != nil {
		return nil, err
	}
	s := &Service{
		credentials: make(map[string]Credential),
		operations:  operations,
		denied:      make(map[string]bool),
		now:         options.Now,
		nonces:      newNonces(),
		book:        newBook(options.Instances, options.ListDelay, options.NewCode),
		journal:     &journal{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	for _, credential := range options.Credentials {
		s.credentials[credential.AccessKeyID] = credential
	}
	for _, name := range options.Deny {
		s.denied[name] = true
	}
	return s, nil
}

// ServeHTTP answers one request, in the RPC style of the vendor's gateway: path "/", the operation in the header x-acs-action.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := call{requestID: newRequestID(), now: s.now()}
	result, refused := s.handle(&c, w, r)
	status := http.StatusOK
	if refused != nil {
		status = refused.status()
		result = refused.body(c.requestID, r.Host)
	}
	// Entered before the answer leaves, so that whoever has the answer finds the entry.
	s.journal.enter(r, refused, status)
	writeAnswer(w, c, status, result)
}

// handle takes a request through the gateway's checks, in its order, and then to the operation.
func (s *Service) handle(c *call, w http.ResponseWriter, r *http.Request) (any, *refusal) {
	operation, refused := s.route(r)
	if refused != nil {
		return nil, refused
	}
	body, refused := readBody(w, r)
	if refused != nil {
		return nil, refused
	}
	if c.parameters, refused = parseParameters(r.URL.RawQuery); refused != nil {
		return nil, refused
	}
	if refused := s.authenticate(c, r, body); refused != nil {
		return nil, refused
	}
	if s.denied[r.Header.Get("x-acs-action")] {
		return nil, refuse(noPermission)
	}
	return operation.run(s, c)
}

// Registrations returns the emulator's own book in the order of registration, whatever lists show at present. Deleted CAs are gone.
func (s *Service) Registrations() []Registration { return s.book.registrations() }

// Requests returns the requests answered so far, in order. Of a long-running service only the latest are kept: at least 50,000.
func (s *Service) Requests() []Request { return s.journal.requests() }
