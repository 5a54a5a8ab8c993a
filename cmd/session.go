package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/cmd/workflow"
)

// envEndpoint is the environment variable in place of --endpoint.
const envEndpoint = "MQTTCA_ENDPOINT"

// A session is a client with the facts about its connection to be shown to its user.
type session struct {
	client   *api.Client
	endpoint api.Endpoint

	credentials credentials.Provider
	started     time.Time
	run         string         // id of this run
	kept        string         // the file in which this run keeps its receipt; "" if there is none yet
	exchanges   []api.Exchange // each request with its answer
	clock       sync.Once      // for the warning of clocks with different times
}

// An origin says which document it is, and which service the result comes from. It stands in every
// JSON result, so nobody takes a rehearsal for the real thing.
type origin struct {
	Format         string `json:"format"`
	Region         text   `json:"region"`                                // of the endpoint; null if the endpoint is not Alibaba Cloud's, or several were called
	Endpoint       text   `json:"endpoint"`                              // null if no endpoint was called, or several were
	VendorEndpoint *bool  `json:"vendor_endpoint" jsonschema:"nullable"` // null if no endpoint was called
	Emulated       *bool  `json:"emulated" jsonschema:"nullable"`        // true if the embedded emulator answered; null if no endpoint was called
}

// formatOf is the format of a document. It changes only if a field is changed or removed.
func formatOf(document string) string { return "mqttca/" + document + "/v1" }

func (s *session) origin(document string) origin {
	emulated := slices.ContainsFunc(s.exchanges, func(e api.Exchange) bool { return e.Emulated })
	return origin{formatOf(document), text(s.endpoint.Region()), text(s.endpoint.String()), new(s.endpoint.IsVendor()), &emulated}
}

// now is the time by the service's clock, if an answer told it.
func (s *session) now() time.Time {
	now := time.Now()
	if n := len(s.exchanges); n > 0 {
		now = now.Add(s.exchanges[n-1].ClockOffset)
	}
	return now
}

// source is the endpoint in the words of a result.
func (o origin) source() string {
	source := string(cmp.Or(o.Endpoint, "several endpoints"))
	switch {
	case isTrue(o.Emulated):
		source += " (the embedded emulator: not Alibaba Cloud)"
	case !isTrue(o.VendorEndpoint):
		source += " (not Alibaba Cloud)"
	}
	return source
}

// connect makes the session of the flags and the environment. It reads a configuration, but sends
// nothing.
func (a *app) connect(cmd *cobra.Command) (*session, error) {
	config, err := await(cmd.Context(), a.config)
	if err != nil {
		return nil, err
	}
	a.announce()
	return a.open(config), nil
}

// config finds endpoint and credentials.
func (c *connectionFlags) config() (config api.Config, err error) {
	search := c.search()
	if config.Endpoint, err = c.findEndpoint(search); err != nil {
		return config, err
	}
	if err = config.Endpoint.CheckProxy(); err != nil {
		return config, err
	}
	if regional, err := c.regionalEndpoint(search); c.vpc && err == nil { // even if MQTTCA_ENDPOINT is set
		search.VPCRegion = regional.Region()
	}
	config.Credentials, err = credentials.Find(search)
	return config, err
}

// search is where the flags say to look for credentials.
func (c *connectionFlags) search() credentials.Search {
	return credentials.Search{Profile: c.profile, ECSRole: c.ecsRole.asked, ECSRoleName: c.ecsRole.name}
}

// findEndpoint asks --endpoint and its variable before any region: if one of them is set, the user
// wants another host than the region's.
func (c *connectionFlags) findEndpoint(search credentials.Search) (api.Endpoint, error) {
	if c.endpoint != "" && c.vpc {
		return api.Endpoint{}, misuse(errors.New("--vpc and --endpoint exclude each other: --vpc picks a host of the region"))
	}
	source, text := "", c.endpoint
	if text == "" {
		source, text = envEndpoint, os.Getenv(envEndpoint)
	}
	if text == "" {
		return c.regionalEndpoint(search)
	}
	endpoint, err := api.ParseEndpoint(text)
	return endpoint, misnamed(source, err)
}

func (c *connectionFlags) regionalEndpoint(search credentials.Search) (api.Endpoint, error) {
	region, err := credentials.FindRegion(c.region, search)
	if errors.Is(err, credentials.ErrNoRegion) {
		return api.Endpoint{}, &usageError{"no region: not given with --region, " + err.Error(), true, "give --region, such as --region cn-hangzhou: an instance lives in one region"}
	}
	if err != nil {
		return api.Endpoint{}, err
	}
	endpoint, err := api.RegionalEndpoint(region.Name, c.vpc)
	return endpoint, misnamed(region.Source, err)
}

// misnamed is the error for a wrong value, with the variable or profile of the value; "" is the
// command line.
func misnamed(source string, err error) error {
	switch {
	case err == nil:
		return nil
	case source == "" || showsContent(err.Error()):
		return misuse(err)
	}
	return &usageError{source + ": " + err.Error(), true, "correct it there, or give the value on the command line"}
}

// headBefore warns, before any other line, of a host other than the vendor's. Only an error before
// the connection is shown without it.
func (a *app) headBefore(cmd *cobra.Command) {
	online := cmd.Flags().Lookup("online") // check calls the service only with it
	if rowOf(cmd).calls != "" && (online == nil || online.Value.String() == "true") {
		a.headFor(api.ParseEndpoint(cmp.Or(a.endpoint, os.Getenv(envEndpoint))))
	}
}

func (a *app) headFor(endpoint api.Endpoint, err error) {
	if err == nil && !endpoint.IsVendor() {
		a.heading = endpoint.String() + " is not Alibaba Cloud: a CA registered here lets no device connect to Alibaba Cloud"
	}
}

// open makes a client whose requests are kept and shown.
func (a *app) open(config api.Config) *session {
	s := &session{endpoint: config.Endpoint, credentials: config.Credentials, started: time.Now(), run: fmt.Sprintf("%08x", rand.Uint32())}
	config.UserAgent = "mqttca/" + toolVersion() + " (" + runtime.GOOS + "; " + runtime.GOARCH + ")"
	config.Retries = a.retries
	if a.limiter == nil {
		a.limiter = api.NewLimiter(cmp.Or(a.rate, api.DefaultRate)) // rehearse has no --rate
	}
	config.Limiter = a.limiter
	config.Retrying = a.noteRetry
	config.Paged = a.countPage
	config.Observe = func(e api.Exchange) {
		a.warnOfClock(s, e)
		a.trace(e)
		if a.observe != nil {
			a.observe(e)
		}
		e.Params = nil // nobody reads them any more; a run over many objects has many requests
		s.exchanges = append(s.exchanges, e)
	}
	s.client = api.NewClient(config)
	return s
}

func (a *app) instance(s *session, id string) workflow.Instance {
	return workflow.Instance{ID: id, Client: s.client, Observer: progress{&a.console}}
}
