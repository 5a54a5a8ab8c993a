package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
)

// The one method and version of the RPC signature. Source of this file: the vendor's page "RPC signature mechanism".
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
	// The vendor's clients look for these words and compare the text behind them with the one that they signed. It repeats a security token.
	return refusef(signatureDoesNotMatch, "server string to sign is:%s", text)
}

// rpcStringToSign returns the text that is signed: method, path and all parameters of query and form but the signature itself.
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
