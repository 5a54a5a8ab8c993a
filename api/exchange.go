package api

import (
	"crypto/tls"
	"net/url"
	"time"
)

// emulatedHeader marks the answers of a stand-in for the service.
const emulatedHeader = "X-Mqttca-Emulator"

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
	Dated       bool                 // the answer has a Date
	ClockOffset time.Duration        // by that Date, how far the service's clock is ahead, to about a second
	Reused      bool                 // on a connection that an earlier request had opened
	TLS         *tls.ConnectionState // nil without TLS, and where no answer came
	Emulated    bool                 // answered by the embedded stand-in, not by the vendor
	Err         error
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

func withoutCertificates(params url.Values) url.Values {
	shown := url.Values{}
	for name, values := range params {
		if name != "CaContent" && name != "VerificationContent" {
			shown[name] = values
		}
	}
	return shown
}
