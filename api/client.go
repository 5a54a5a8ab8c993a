// Package api calls the control plane of ApsaraMQ for MQTT (product OnsMqtt,
// version 2020-04-20): the operations on CA certificates, device certificates and
// instances as typed Go calls, and GetCallerIdentity of STS.
//
// It promises that a request is signed with ACS3-HMAC-SHA256 under a nonce and a
// timestamp of its own, that it travels over verified TLS (plain http to a
// loopback address only), that no redirect is followed, that an answer is read up
// to a limit, and that a refusal by the service comes back as one [*Error]
// with its Code, Message and RequestId. What is not an answer of the service is a
// [*NoAnswerError]. No error, and no value printed by fmt, holds a secret.
//
// Who signs is found out by package credentials; how a server is reached, by package
// wire.
//
// It knows nothing of X.509: certificates are strings here. It decides no
// sequence, waits for nothing, prints nothing, and knows neither flags nor exit codes: an
// error says of which kind it is. The names are the vendor's own.
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

// A Config is what a [Client] needs.
type Config struct {
	Endpoint    Endpoint
	Credentials credentials.Provider
	UserAgent   string         // the gateway may refuse requests without one
	Roots       *x509.CertPool // nil: the system's
	Retries     int            // how often a request is sent again after a failure that may pass, or Unlimited
	Limiter     *Limiter       // of the requests of all clients that share it; nil: no limit
	Observe     func(Exchange) // called when a request has ended, never twice at once; may be nil
	Retrying    func(Retry)    // called before a request is sent again, never twice at once; may be nil
	Paged       func(page int) // called with the number of each page of a list that has been read, never twice at once; may be nil

	// Dial opens connections; nil: TCP. With it a server in the same process can be
	// reached without a socket.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// A Client calls one endpoint. It is safe for concurrent use and keeps its
// connections open until [Client.Close].
type Client struct {
	config    Config
	http      *http.Client
	observing sync.Mutex
	offset    atomic.Int64 // nanoseconds that the service's clock is ahead, 0 until a timestamp is refused
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

// about names a call in its errors.
func (c *Client) about(op operation, params url.Values) Call {
	return Call{Operation: op.name, Instance: cmp.Or(params.Get("MqttInstanceId"), params.Get("InstanceId")), Host: c.config.Endpoint.Host()}
}

// emulatedHeader marks the answers of the emulator.
const emulatedHeader = "X-Mqttca-Emulator"

// An Exchange is one request and its answer.
type Exchange struct {
	Operation   string
	Params      url.Values // without certificates
	AccessKeyID string     // of the credentials that signed it, masked
	HTTPStatus  int        // 0 if no answer came
	Code        string     // the vendor's error code, "" for success
	RequestID   string
	Start       time.Time
	Duration    time.Duration
	Dated       bool                 // the answer has a Date
	ClockOffset time.Duration        // by that Date, how far the service's clock is ahead, to about a second
	Reused      bool                 // on a connection that an earlier request had opened
	TLS         *tls.ConnectionState // nil without TLS, and if no answer came
	Emulated    bool                 // answered by the emulator
	Err         error
}

// tell calls an observer of the configuration, if there is one.
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
