// Package api calls the control plane of ApsaraMQ for MQTT (product OnsMqtt, version 2020-04-20):
// the operations on CA certificates, device certificates and instances as typed Go calls, and
// GetCallerIdentity of STS.
//
// It signs every request with ACS3-HMAC-SHA256, with a new nonce and timestamp, sends it over
// verified TLS only (plain http only to a loopback address), follows no redirect, and reads a
// limited answer. A refusal by the service is one [*Error] with its Code, Message and RequestId;
// any other answer is a [*NoAnswerError]. No error, and no value printed by fmt, contains a secret.
//
// Package credentials finds the signing identity; package wire reaches the server.
//
// Package api knows nothing of X.509: certificates are strings here. It decides no sequence, waits
// for no state, prints nothing, and knows neither flags nor exit codes: an error tells its kind.
// The names are the vendor's own.
package api

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"mqttca/api/credentials"
	"mqttca/api/wire"
)

// Limits of one attempt. The context of a call bounds all of them together.
const (
	dialTimeout    = 10 * time.Second
	attemptTimeout = 30 * time.Second // from the request to the last byte of the answer
)

// A Config configures a [Client].
type Config struct {
	Endpoint    Endpoint
	Credentials credentials.Provider
	UserAgent   string         // the gateway may refuse requests without one
	Roots       *x509.CertPool // nil: the system's
	Retries     int            // how often a request is repeated after a temporary failure, or Unlimited
	Limiter     *Limiter       // shared by clients to pace their requests; nil: no limit
	Observe     func(Exchange) // called after each request, never concurrently; may be nil
	Retrying    func(Retry)    // called before a request is repeated, never concurrently; may be nil
	Paged       func(page int) // called with the number of each page read from a list, never concurrently; may be nil

	// Dial opens connections; nil: TCP. It can reach a server in the same process without a socket.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// A Client calls one endpoint. It is safe for concurrent use and keeps its connections open until
// [Client.Close].
type Client struct {
	config    Config
	http      *http.Client
	observing sync.Mutex
	offset    atomic.Int64 // the lead of the service's clock in nanoseconds; 0 until a timestamp is refused
}

// NewClient makes a client. It opens no connection.
func NewClient(config Config) *Client {
	if config.Dial == nil {
		config.Dial = wire.Dial(dialTimeout)
	}
	transport := wire.NewTransport()
	transport.DialContext = config.Dial
	transport.TLSClientConfig.RootCAs = config.Roots
	transport.TLSHandshakeTimeout = dialTimeout
	transport.MaxIdleConnsPerHost = listAtOnce
	transport.IdleConnTimeout = 90 * time.Second
	config.Limiter = cmp.Or(config.Limiter, NewLimiter(math.MaxInt32))
	return &Client{config: config, http: wire.NewClient(transport, 0)}
}

// Close closes the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// about names a call for its errors.
func (c *Client) about(op operation, params url.Values) Call {
	return Call{Operation: op.name, Instance: cmp.Or(params.Get("MqttInstanceId"), params.Get("InstanceId")), Host: c.config.Endpoint.Host()}
}

// emulatedHeader marks the answers of the emulator.
const emulatedHeader = "X-Mqttca-Emulator"

// An Exchange is one request and its answer.
type Exchange struct {
	Operation   string
	Params      url.Values // without certificates
	AccessKeyID string     // of the signing credentials, masked
	HTTPStatus  int        // 0 without an answer
	Code        string     // the vendor's error code, "" for success
	RequestID   string
	Start       time.Time
	Duration    time.Duration
	Dated       bool                 // the answer has a Date
	ClockOffset time.Duration        // the lead of the service's clock by this Date, to about a second
	Reused      bool                 // on a connection opened by an earlier request
	TLS         *tls.ConnectionState // nil without TLS or without an answer
	Emulated    bool                 // answered by the emulator
	Err         error
}

// tell calls an observer of the configuration, if set.
func tell[T any](c *Client, observer func(T), event T) {
	if observer == nil {
		return
	}
	c.observing.Lock()
	defer c.observing.Unlock()
	observer(event)
}

func withoutCertificates(params url.Values) url.Values {
	shown := maps.Clone(params)
	delete(shown, "CaContent")
	delete(shown, "VerificationContent")
	return shown
}
