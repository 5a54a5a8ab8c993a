package api

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// emulatedHeader marks the answers of a stand-in for the service.
const emulatedHeader = "X-Mqttca-Emulator"

// Limits of one attempt. The context of a call bounds all of them together.
const (
	dialTimeout    = 10 * time.Second
	attemptTimeout = 30 * time.Second // from the request to the last byte of the answer
	maxHeaderBytes = 64 << 10
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

// An Exchange is one request and what came of it.
type Exchange struct {
	Operation   string
	Params      url.Values // without certificates
	AccessKeyID string     // of the credentials that signed it, masked
	HTTPStatus  int        // 0 where no answer came
	Code        string     // the vendor's error code, "" where it was done
	RequestID   string
	Start       time.Time
	Duration    time.Duration
	ClockOffset time.Duration // how far the service's clock is ahead, to about a second; 0 where the answer has no Date
	Reused      bool          // on a connection that an earlier request had opened
	Emulated    bool          // answered by the embedded stand-in, not by the vendor
	Err         error
}

// NewClient makes a client. It opens no connection.
func NewClient(config Config) *Client {
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment, // none for loopback
		DialContext:            config.Dial,
		TLSClientConfig:        &tls.Config{RootCAs: config.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true, // so that the limit of an answer is one of bytes sent
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: refusedByProxy,
	}
	return &Client{config: config, http: &http.Client{
		Transport: transport,
		// A redirect would carry the signature and a security token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// attempt sends one request, and once more where the service's clock turns out to differ
// so much that it refused the timestamp.
func (c *Client) attempt(ctx context.Context, op operation, params url.Values, answer answer) error {
	err := c.send(ctx, op, params, answer)
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Code == "InvalidTimeStamp.Expired" && c.adoptClock(refusal.clockOffset) {
		return c.send(ctx, op, params, answer)
	}
	return err
}

// send sends one request and tells the observer.
func (c *Client) send(ctx context.Context, op operation, params url.Values, answer answer) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	exchange := Exchange{Operation: op.name, Params: withoutCertificates(params), Start: time.Now()}
	err := c.exchange(ctx, op, params, answer, &exchange)
	exchange.Duration, exchange.Err = time.Since(exchange.Start), err
	var refusal *Error
	if errors.As(err, &refusal) {
		exchange.Code = refusal.Code
		refusal.clockOffset = exchange.ClockOffset
	}
	c.observe(exchange)
	return err
}

func (c *Client) observe(exchange Exchange) {
	if c.config.Observe == nil {
		return
	}
	c.observing.Lock()
	defer c.observing.Unlock()
	c.config.Observe(exchange)
}

func (c *Client) retrying(retry Retry) {
	if c.config.Retrying == nil {
		return
	}
	c.observing.Lock()
	defer c.observing.Unlock()
	c.config.Retrying(retry)
}

func (c *Client) exchange(ctx context.Context, op operation, params url.Values, answer answer, seen *Exchange) error {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(info httptrace.GotConnInfo) { seen.Reused = info.Reused },
		WroteHeaders: func() { sent.Store(true) },
	})
	credentials, err := c.config.Credentials.Credentials(ctx)
	if err != nil {
		return err
	}
	seen.AccessKeyID = credentials.MaskedID()
	req, err := c.request(ctx, op, params, credentials)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		failure := noAnswer(c.about(op, params.Get("MqttInstanceId")), err)
		failure.Sent, failure.reused = sent.Load(), seen.Reused
		failure.Reason = shortened(text(credentials.redact([]byte(failure.Reason))))
		return failure
	}
	defer resp.Body.Close()
	seen.HTTPStatus = resp.StatusCode
	seen.ClockOffset = clockOffset(resp, seen.Start, time.Now())
	seen.Emulated = resp.Header.Get(emulatedHeader) != ""
	reader := answerReader{c.about(op, params.Get("MqttInstanceId")), credentials}
	seen.RequestID, err = reader.read(resp, answer)
	return err
}

// request is signed as the last thing, so that nothing changes behind the signature.
func (c *Client) request(ctx context.Context, op operation, params url.Values, credentials Credentials) (*http.Request, error) {
	u := c.config.Endpoint.url
	u.Path, u.RawQuery = "/", canonicalQuery(params)
	req, err := http.NewRequestWithContext(ctx, op.method, u.String(), bodyOf(op))
	if err != nil {
		return nil, noAnswer(c.about(op, params.Get("MqttInstanceId")), err)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	req.Header.Set("Accept", "application/json")
	signing{
		credentials: credentials,
		action:      op.name,
		version:     version,
		date:        time.Now().Add(c.ClockOffset()),
		nonce:       newNonce(),
	}.sign(req)
	return req, nil
}

// bodyOf is no body. That of a read hides being empty: net/http would send a GET again by
// itself, with the same nonce, where a kept connection turns out dead; one with a body it
// leaves to us. A POST it repeats only where nothing of it was sent.
func bodyOf(op operation) io.Reader {
	if op.method == http.MethodGet {
		return struct{ io.Reader }{http.NoBody}
	}
	return nil
}

// about names a call in its errors.
func (c *Client) about(op operation, instanceID string) Call {
	return Call{Operation: op.name, Instance: instanceID, Host: c.config.Endpoint.Host()}
}

// lacks is the error for a 2xx answer without the field that makes it one: a refusal
// where it has a Code.
func (c *Client) lacks(op operation, instanceID string, answer answer, field string) error {
	common, call := answer.common(), c.about(op, instanceID)
	requestID := shortened(common.RequestID)
	if common.Code != "" {
		return &Error{Call: call, HTTPStatus: http.StatusOK, Code: shortened(common.Code), Message: common.message(), RequestID: requestID}
	}
	return &NoAnswerError{Call: call, HTTPStatus: http.StatusOK, RequestID: requestID, Sent: true,
		Reason: "the answer has no " + field}
}

// newNonce is 128 random bits; crypto/rand never fails (it ends the program).
func newNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func withoutCertificates(params url.Values) url.Values {
	shown := url.Values{}
	for name, values := range params {
		if name != "CaContent" && name != "VerificationContent" {
			shown[name] = values
		}
	}
	return shown
}
