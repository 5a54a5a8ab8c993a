package api

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

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
	Credentials CredentialsProvider
	UserAgent   string         // the gateway refuses requests without one
	Roots       *x509.CertPool // nil: the system's
	Retries     int            // how often a request that failed for now is sent again
	Observe     func(Exchange) // told of every request when it has ended, never of two at once; may be nil
	Retrying    func(Retry)    // told of every request that will be sent again, likewise; may be nil

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
	offset    atomic.Int64 // nanoseconds that the service's clock is ahead, where it had to be known
}

// NewClient makes a client. It opens no connection.
func NewClient(config Config) *Client {
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	transport := wire.NewTransport()
	transport.DialContext = config.Dial
	transport.TLSClientConfig.RootCAs = config.Roots
	transport.TLSHandshakeTimeout = dialTimeout
	transport.MaxIdleConnsPerHost = 16
	transport.IdleConnTimeout = 90 * time.Second
	transport.ForceAttemptHTTP2 = true
	return &Client{config: config, http: wire.NewClient(transport, 0)}
}

// Close closes the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// about names a call in its errors.
func (c *Client) about(op operation, instanceID string) Call {
	return Call{Operation: op.name, Instance: instanceID, Host: c.config.Endpoint.Host()}
}

// lacks is the error for a 2xx answer without the field that makes it one: a refusal
// where it has a Code.
func (c *Client) lacks(op operation, instanceID string, answer answer, field string) error {
	common, call := answer.common(), c.about(op, instanceID)
	requestID := wire.Shortened(common.RequestID)
	if common.Code != "" {
		return &Error{Call: call, HTTPStatus: http.StatusOK, Code: wire.Shortened(common.Code), Message: common.message(), RequestID: requestID}
	}
	return &NoAnswerError{Call: call, HTTPStatus: http.StatusOK, RequestID: requestID, Sent: true,
		Reason: "the answer has no " + field}
}
