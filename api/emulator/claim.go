package emulator

import (
	"net/http"
	"strings"
)

// claim is what a request says of itself, in either signature scheme: what it wants, from whom it is and when, and what proves that.
type claim struct {
	operation, version string
	accessKeyID, token string
	timestamp, nonce   string
	// complete: everything that the scheme asks for is there, in the scheme's form.
	complete bool
	// xml: the answer is wanted as XML.
	xml bool
	// verify compares the claimed signature with one computed from the request as it arrived.
	verify func(secret string) *refusal
}

// readClaim tells the schemes apart: ACS3 has its proof in a header, signature 1.0 in parameters. That there is a header x-acs-action
// says nothing: the vendor's clients send it with both.
//
// Invented: that a request with both proofs is judged by its header.
func readClaim(r *http.Request, p incoming) claim {
	if r.Header.Get("Authorization") == "" && p.all().value("Action") != "" {
		return readRPCClaim(r, p)
	}
	return readACS3Claim(r, p)
}

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

// readRPCClaim reads a request under signature 1.0. Without Format=JSON its answer is XML.
func readRPCClaim(r *http.Request, p incoming) claim {
	all := p.all()
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
