package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// signatureAlgorithm is the only algorithm of the V3 signature that the emulator knows. Its
// rules are those of the vendor's page "V3 request body and signature mechanism".
const signatureAlgorithm = "ACS3-HMAC-SHA256"

func readACS3Claim(r *http.Request, p incoming) claim {
	proof, ok := parseAuthorization(r.Header.Get("Authorization"))
	nonce := r.Header.Get("x-acs-signature-nonce")
	return claim{
		operation:   r.Header.Get("x-acs-action"),
		version:     r.Header.Get("x-acs-version"),
		accessKeyID: proof.accessKeyID,
		token:       r.Header.Get("x-acs-security-token"),
		timestamp:   r.Header.Get("x-acs-date"),
		nonce:       nonce,
		complete:    ok && nonce != "",
		verify:      func(secret string) *refusal { return proof.verify(secret, r, p) },
	}
}

// An authorization is the content of an Authorization header.
type authorization struct {
	accessKeyID   string
	signedHeaders []string
	signature     string
}

// parseAuthorization reads ACS3-HMAC-SHA256
// Credential=ID,SignedHeaders=A;B;C,Signature=HEX.
// Invented: headers.
func parseAuthorization(header string) (authorization, bool) {
	algorithm, rest, _ := strings.Cut(header, " ")
	if algorithm != signatureAlgorithm {
		return authorization{}, false
	}
	fields := make(map[string]string)
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		if _, twice := fields[name]; twice {
			return authorization{}, false
		}
		fields[name] = value
	}
	a := authorization{
		accessKeyID:   fields["Credential"],
		signedHeaders: strings.Split(fields["SignedHeaders"], ";"),
		signature:     fields["Signature"],
	}
	complete := len(fields) == 3 && a.accessKeyID != "" && fields["SignedHeaders"] != "" && a.signature != ""
	return a, complete && isSortedLowerCase(a.signedHeaders)
}

func isSortedLowerCase(names []string) bool {
	for i, name := range names {
		if name != strings.ToLower(name) || i > 0 && names[i-1] >= name {
			return false
		}
	}
	return true
}

// covers reports whether the host and every x-acs-* header of the request are signed. An
// unsigned one could be altered on the way.
func (a authorization) covers(header http.Header) bool {
	if !slices.Contains(a.signedHeaders, "host") {
		return false
	}
	for name := range header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-acs-") && !slices.Contains(a.signedHeaders, lower) {
			return false
		}
	}
	return true
}

// verify compares the claimed signature with one computed from the request as it arrived.
// A form is signed by its hash alone.
func (a authorization) verify(secret string, r *http.Request, p incoming) *refusal {
	bodyHash := hexSHA256(p.body)
	canonical := canonicalRequest(r, p.query, a.signedHeaders, bodyHash)
	expected := signature(secret, stringToSign(canonical))
	matches := hmac.Equal([]byte(expected), []byte(a.signature))
	if matches && a.covers(r.Header) && r.Header.Get("x-acs-content-sha256") == bodyHash {
		return nil
	}
	// The real gateway's message repeats the text that it signed, the security token
	// included. A client must not print it.
	return refuse("SignatureDoesNotMatch").saying("server stringToSign is [%s], server canonicalRequest is [%s]", stringToSign(canonical), canonical)
}

func canonicalRequest(r *http.Request, query parameters, signedHeaders []string, bodyHash string) string {
	var headers strings.Builder
	for _, name := range signedHeaders {
		headers.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	return strings.Join([]string{
		r.Method, r.URL.Path, query.canonical(), headers.String(), strings.Join(signedHeaders, ";"), bodyHash,
	}, "\n")
}

func headerValue(r *http.Request, name string) string {
	if name == "host" {
		// net/http takes the host out of the headers.
		return r.Host
	}
	// net/http has trimmed the values, as the signature asks for.
	return strings.Join(r.Header.Values(name), ",")
}

func stringToSign(canonicalRequest string) string {
	return signatureAlgorithm + "\n" + hexSHA256([]byte(canonicalRequest))
}

func signature(secret, stringToSign string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stringToSign))
	return fmt.Sprintf("%x", mac.Sum(nil))
}

func hexSHA256(data []byte) string {
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// The one method and version of the RPC signature. Its rules are those of the vendor's page
// "RPC signature mechanism".
const (
	rpcSignatureMethod  = "HMAC-SHA1"
	rpcSignatureVersion = "1.0"
)

// readRPCClaim reads a request under signature 1.0. Without Format=JSON its answer is XML.
func readRPCClaim(r *http.Request, p incoming) claim {
	all := p.all
	nonce := all.value("SignatureNonce")
	return claim{
		operation:   all.value("Action"),
		version:     all.value("Version"),
		accessKeyID: all.value("AccessKeyId"),
		token:       all.value("SecurityToken"),
		timestamp:   all.value("Timestamp"),
		nonce:       nonce,
		complete: nonce != "" && all.value("Signature") != "" &&
			all.value("SignatureMethod") == rpcSignatureMethod && all.value("SignatureVersion") == rpcSignatureVersion,
		xml:    !strings.EqualFold(all.value("Format"), "JSON"),
		verify: func(secret string) *refusal { return verifyRPC(secret, r.Method, all) },
	}
}

func verifyRPC(secret, method string, all parameters) *refusal {
	text := rpcStringToSign(method, all)
	if hmac.Equal([]byte(rpcSignature(secret, text)), []byte(all.value("Signature"))) {
		return nil
	}
	// The vendor's clients look for these words and compare the text behind them with the
	// one that they signed. It repeats a security token.
	return refuse("SignatureDoesNotMatch").saying("server string to sign is:%s", text)
}

// rpcStringToSign returns what is signed: method, path and all parameters but the
// signature.
func rpcStringToSign(method string, all parameters) string {
	signed := maps.Clone(all)
	delete(signed, "Signature")
	return method + "&" + percentEncode("/") + "&" + percentEncode(signed.canonical())
}

func rpcSignature(secret, stringToSign string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(stringToSign))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
