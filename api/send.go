package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"mqttca/api/credentials"
	"mqttca/api/wire"
)

// attempt sends one request, and repeats it once if the service refused the timestamp and its clock
// turns out to differ.
func (c *Client) attempt(ctx context.Context, op operation, params url.Values, answer answer) error {
	before := c.ClockOffset()
	err := c.send(ctx, op, params, answer)
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.Code == "InvalidTimeStamp.Expired" && c.adoptClock(before, refusal.clockOffset) {
		return c.send(ctx, op, params, answer)
	}
	return err
}

// send sends one request and informs the observer. Credentials and the limiter come first, outside
// the attempt's time: credentials may have to be fetched, and the service's clock is measured by
// the duration of the request.
func (c *Client) send(ctx context.Context, op operation, params url.Values, answer answer) error {
	signer, err := c.config.Credentials.Credentials(ctx)
	if err != nil {
		return err
	}
	if err := c.limit(ctx, c.about(op, params)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	exchange := Exchange{Operation: op.name, Params: withoutCertificates(params), AccessKeyID: signer.MaskedID(), Start: time.Now()}
	err = c.exchange(ctx, op, params, signer, answer, &exchange)
	exchange.Duration, exchange.Err = time.Since(exchange.Start), err
	if refusal, ok := errors.AsType[*Error](err); ok {
		exchange.Code = refusal.Code
		refusal.clockOffset = exchange.ClockOffset
		refusal.Renewal = credentials.Renewal(c.config.Credentials)
	}
	c.config.Limiter.ended(exchange.Start, err)
	tell(c, c.config.Observe, exchange)
	return err
}

func (c *Client) exchange(ctx context.Context, op operation, params url.Values, signer credentials.Credentials, answer answer, seen *Exchange) error {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(info httptrace.GotConnInfo) { seen.Reused = info.Reused },
		WroteHeaders: func() { sent.Store(true) },
	})
	req, err := c.request(ctx, op, params, signer)
	if err != nil {
		return err
	}
	resp, err := wire.Do(c.http, req)
	if misset, ok := errors.AsType[*wire.EnvironmentError](err); ok {
		return misset
	}
	if err != nil {
		failure := noAnswer(c.about(op, params), err)
		failure.Sent, failure.reused = sent.Load(), seen.Reused
		failure.Reason = wire.Shortened(signer.Redact(failure.Reason))
		return failure
	}
	defer resp.Body.Close()
	seen.HTTPStatus = resp.StatusCode
	seen.ClockOffset, seen.Dated = clockOffset(resp, seen.Start, time.Now())
	seen.TLS = resp.TLS
	seen.Emulated = resp.Header.Get(emulatedHeader) != ""
	reader := answerReader{c.about(op, params), signer}
	seen.RequestID, err = reader.read(resp, answer)
	return err
}

// request makes a request and signs it last, so that nothing changes after the signature.
func (c *Client) request(ctx context.Context, op operation, params url.Values, signer credentials.Credentials) (*http.Request, error) {
	u := c.config.Endpoint.url
	u.Path, u.RawQuery = "/", canonicalQuery(params)
	req, err := http.NewRequestWithContext(ctx, op.method, u.String(), bodyOf(op))
	if err != nil {
		return nil, noAnswer(c.about(op, params), err)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	req.Header.Set("Accept", "application/json")
	signing{
		signer:  signer,
		action:  op.name,
		version: op.version(),
		date:    time.Now().Add(c.ClockOffset()),
		nonce:   newNonce(),
	}.sign(req)
	return req, nil
}

// bodyOf returns an empty body. For a read it does not look empty: if a kept connection turns out
// dead, net/http repeats a GET without a body by itself, with the same nonce. It repeats a POST
// only if nothing of it was sent.
func bodyOf(op operation) io.Reader {
	if op.method == http.MethodGet {
		return struct{ io.Reader }{http.NoBody}
	}
	return nil
}

// newNonce returns 128 random bits; crypto/rand never fails (it ends the program).
func newNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// ClockOffset returns how far the service's clock is ahead of this machine's. It is 0 until the
// service refuses a timestamp. From then on requests are signed by the service's clock, and
// certificates for the service should be dated by it.
func (c *Client) ClockOffset() time.Duration { return time.Duration(c.offset.Load()) }

// adoptClock makes the client go by the service's clock. It reports whether that differs from
// the clock before.
func (c *Client) adoptClock(before, offset time.Duration) bool {
	const noticeable = time.Minute
	c.offset.Store(int64(offset))
	return (offset - before).Abs() > noticeable
}

// clockOffset compares the answer's Date, in whole seconds, with the middle of the request's
// duration. An answer without a readable Date is not dated.
func clockOffset(resp *http.Response, sent, received time.Time) (offset time.Duration, dated bool) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	middle := sent.Add(received.Sub(sent) / 2)
	return date.Add(time.Second / 2).Sub(middle), true
}
