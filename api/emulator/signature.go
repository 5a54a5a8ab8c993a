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

// signatureAlgorithm is the only supported algorithm of the V3 signature. Its rules are those of
// the vendor's page "V3 request body and signature mechanism".
const signatureAlgorithm = "ACS3-HMAC-SHA256"

func (c *call) acs3Claim() claim {
	header := c.r.Header
	proof, signedHeaders, complete := parseAuthorization(header.Get("Authorization"))
	bodyHash := hexSHA256(c.body) // the signature covers only the form's hash
	canonical := canonicalRequest(c.r, c.query, signedHeaders, bodyHash)
	signed := stringToSign(canonical)
	return claim{
		operation:   header.Get("x-acs-action"),
		version:     header.Get("x-acs-version"),
		accessKeyID: proof["Credential"],
		token:       header.Get("x-acs-security-token"),
		timestamp:   header.Get("x-acs-date"),
		nonce:       header.Get("x-acs-signature-nonce"),
		complete:    complete,

		signature: proof["Signature"],
		covered:   covers(signedHeaders, header) && header.Get("x-acs-content-sha256") == bodyHash,
		signed:    signed,
		sign:      signature,
		// The real gateway's message repeats the signed text with the security token. A client must
		// not print it.
		explanation: fmt.Sprintf("server stringToSign is [%s], server canonicalRequest is [%s]", signed, canonical),
	}
}

// parseAuthorization reads ACS3-HMAC-SHA256
// Credential=ID,SignedHeaders=A;B;C,Signature=HEX.
// Invented: headers.
func parseAuthorization(header string) (fields map[string]string, signedHeaders []string, complete bool) {
	algorithm, rest, _ := strings.Cut(header, " ")
	fields = make(map[string]string)
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	names := fields["SignedHeaders"]
	signedHeaders = strings.Split(names, ";")
	complete = algorithm == signatureAlgorithm && strings.Count(rest, ",") == 2 &&
		fields["Credential"] != "" && names != "" && fields["Signature"] != "" && names == strings.ToLower(names) &&
		slices.Equal(signedHeaders, slices.Compact(slices.Sorted(slices.Values(signedHeaders))))
	return fields, signedHeaders, complete
}

// covers reports whether the host and every x-acs-* header of the request are signed. An unsigned
// one could be altered on the way.
func covers(signedHeaders []string, header http.Header) bool {
	for name := range header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-acs-") && !slices.Contains(signedHeaders, lower) {
			return false
		}
	}
	return slices.Contains(signedHeaders, "host")
}

func canonicalRequest(r *http.Request, query parameters, signedHeaders []string, bodyHash string) string {
	var headers strings.Builder
	for _, name := range signedHeaders {
		// net/http has trimmed the values, as the signature requires.
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" { // net/http removes it from the headers
			value = r.Host
		}
		headers.WriteString(name + ":" + value + "\n")
	}
	return strings.Join([]string{r.Method, r.URL.Path, query.canonical(), headers.String(), strings.Join(signedHeaders, ";"), bodyHash}, "\n")
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

// rpcClaim reads a request under signature 1.0, by the rules of the vendor's page "RPC signature
// mechanism". Without Format=JSON its answer is XML.
func (c *call) rpcClaim() claim {
	signed := rpcStringToSign(c.r.Method, c.parameters)
	return claim{
		operation:   c.value("Action"),
		version:     c.value("Version"),
		accessKeyID: c.value("AccessKeyId"),
		token:       c.value("SecurityToken"),
		timestamp:   c.value("Timestamp"),
		nonce:       c.value("SignatureNonce"),
		complete:    c.value("Signature") != "" && c.value("SignatureMethod") == "HMAC-SHA1" && c.value("SignatureVersion") == "1.0",
		xml:         !strings.EqualFold(c.value("Format"), "JSON"),

		signature: c.value("Signature"),
		covered:   true,
		signed:    signed,
		sign:      rpcSignature,
		// The vendor's clients look for these words and compare the text behind them with the text
		// they signed. It repeats a security token.
		explanation: "server string to sign is:" + signed,
	}
}

// rpcStringToSign returns the text to sign: method, path and all parameters but the signature.
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
