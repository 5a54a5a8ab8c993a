package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
)

// The one method and version of the RPC signature. Source of everything in this file: the vendor's page "RPC signature mechanism".
const (
	rpcSignatureMethod  = "HMAC-SHA1"
	rpcSignatureVersion = "1.0"
)

func verifyRPC(secret, method string, all parameters) *refusal {
	text := rpcStringToSign(method, all)
	if hmac.Equal([]byte(rpcSignature(secret, text)), []byte(all.value("Signature"))) {
		return nil
	}
	// The vendor's clients look for these words and compare what follows with what they signed. It repeats a security token.
	return refusef(signatureDoesNotMatch, "server string to sign is:%s", text)
}

// rpcStringToSign is made of all parameters of query and form but the signature itself.
func rpcStringToSign(method string, all parameters) string {
	signed := slices.DeleteFunc(slices.Clone(all), func(p parameter) bool { return p.name == "Signature" })
	return method + "&" + percentEncode("/") + "&" + percentEncode(signed.canonical())
}

func rpcSignature(secret, stringToSign string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(stringToSign))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
