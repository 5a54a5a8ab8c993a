package cmd

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkSTS is strict about what STS documents of a request: the two actions that hand out
// credentials, their parameters and, for one of them, the RPC signature 1.0.
func (i *identities) checkSTS(r *http.Request, body []byte) (what, fault string) {
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return "", "MalformedRequest"
	}
	query := r.URL.Query()
	action := query.Get("Action")
	what = fmt.Sprintf("%s:%s:%s", action, form.Get("RoleArn"), form.Get("RoleSessionName"))
	for _, name := range []string{"Policy", "ExternalId"} {
		if form.Has(name) {
			what += ":" + form.Get(name)
		}
	}
	seconds, err := strconv.Atoi(form.Get("DurationSeconds"))
	switch {
	case query.Get("Version") != "2015-04-01" || query.Get("Format") != "JSON":
		return what, "InvalidVersion"
	case !recent(query.Get("Timestamp")):
		return what, "InvalidTimeStamp.Expired"
	case err != nil || seconds < 900 || seconds > 43200:
		return what, "InvalidParameter.DurationSeconds"
	case form.Get("RoleArn") == "" || form.Get("RoleSessionName") == "":
		return what, "MissingParameter"
	case action == "AssumeRole":
		return what + ":" + query.Get("AccessKeyId"), i.checkSignature(r.Method, query, form)
	case action == "AssumeRoleWithOIDC":
		if form.Get("OIDCToken") != oidcToken || form.Get("OIDCProviderArn") != "acs:ram::1:oidc-provider/pods" {
			return what, "AuthenticationFail.OIDCToken.Invalid"
		}
		return what, ""
	}
	return what, "InvalidAction.NotFound"
}

func recent(timestamp string) bool {
	at, err := time.Parse("2006-01-02T15:04:05Z", timestamp)
	return err == nil && time.Since(at).Abs() < time.Minute
}

func (i *identities) checkSignature(method string, query, form url.Values) (fault string) {
	p, isKnown := known()[query.Get("AccessKeyId")]
	nonce := query.Get("SignatureNonce")
	switch {
	case !isKnown:
		return "InvalidAccessKeyId.NotFound"
	case query.Get("SecurityToken") != p.token:
		return "InvalidSecurityToken.Malformed"
	case query.Get("SignatureMethod") != "HMAC-SHA1" || query.Get("SignatureVersion") != "1.0":
		return "InvalidParameter.Signature"
	case nonce == "" || i.nonces[nonce]:
		return "SignatureNonceUsed"
	case query.Get("Signature") != signatureOf(p.secret, method, query, form):
		return "SignatureDoesNotMatch"
	}
	i.nonces[nonce] = true
	return ""
}

// signatureOf is by the vendor's page "RPC signature mechanism".
func signatureOf(secret, method string, query, form url.Values) string {
	var pairs []string
	for _, values := range []url.Values{query, form} {
		for name := range values {
			if name != "Signature" {
				pairs = append(pairs, encoded(name)+"="+encoded(values.Get(name)))
			}
		}
	}
	slices.Sort(pairs)
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(method + "&" + encoded("/") + "&" + encoded(strings.Join(pairs, "&"))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// encoded is RFC 3986's percent-encoding.
func encoded(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
