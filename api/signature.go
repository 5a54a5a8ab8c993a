package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mqttca/api/credentials"
)

// algorithm is the name of the signature scheme, as spelled on the vendor's page "V3 request syntax
// and signature method".
const algorithm = "ACS3-HMAC-SHA256"

// emptyBodyHash is the hex SHA-256 of no bytes: all parameters of these operations travel in the
// query string, so no request has a body.
var emptyBodyHash = hexSHA256("")

// A signing holds the inputs of a signature apart from the request. Date and nonce are parameters
// so that published vectors can be reproduced; a caller makes new ones for every attempt, since the
// service refuses a repeated nonce.
type signing struct {
	signer  credentials.Credentials
	action  string
	version string
	date    time.Time
	nonce   string
}

// sign sets the x-acs-* headers and the Authorization of req. Its RawQuery must be a result of
// [canonicalQuery], so that the request is sent as signed.
func (s signing) sign(req *http.Request) {
	h := req.Header
	h.Set("x-acs-action", s.action)
	h.Set("x-acs-version", s.version)
	h.Set("x-acs-date", s.date.UTC().Format(time.RFC3339))
	h.Set("x-acs-signature-nonce", s.nonce)
	h.Set("x-acs-content-sha256", emptyBodyHash)
	if s.signer.SecurityToken != "" {
		h.Set("x-acs-accesskey-id", s.signer.AccessKeyID)
		h.Set("x-acs-security-token", string(s.signer.SecurityToken))
	}
	canonical, signedHeaders := canonicalRequest(req)
	mac := hmac.New(sha256.New, []byte(s.signer.AccessKeySecret))
	mac.Write([]byte(algorithm + "\n" + hexSHA256(canonical)))
	h.Set("Authorization", fmt.Sprintf("%s Credential=%s,SignedHeaders=%s,Signature=%x",
		algorithm, s.signer.AccessKeyID, signedHeaders, mac.Sum(nil)))
}

// canonicalRequest returns the text whose hash is signed, and the list of covered headers: host and
// every x-acs-* one.
func canonicalRequest(req *http.Request) (canonical, signedHeaders string) {
	values := map[string]string{"host": req.URL.Host}
	for name := range req.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-acs-") {
			values[lower] = strings.TrimSpace(req.Header.Get(name))
		}
	}
	names := slices.Sorted(maps.Keys(values))
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + values[name] + "\n")
	}
	signedHeaders = strings.Join(names, ";")
	canonical = strings.Join([]string{
		req.Method, "/", req.URL.RawQuery, headers.String(), signedHeaders, emptyBodyHash,
	}, "\n")
	return canonical, signedHeaders
}

// canonicalQuery returns the query string in its canonical form: names sorted, names and values
// percent-encoded by RFC 3986, so a space is %20 and never a plus.
func canonicalQuery(params url.Values) string {
	return strings.ReplaceAll(params.Encode(), "+", "%20")
}

func hexSHA256(s string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))
}
