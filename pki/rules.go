package pki

import (
	"slices"
	"strings"
	"time"
)

// A rule is one check. find returns a message and an advice, or "" if the rule holds; it is called
// only if the material has the rule's subject.
type rule struct {
	name     string
	subject  Subject
	severity Severity
	find     func(m *Material, at time.Time) (message, advice string)
	source   string
	meaning  string
}

// when returns the message and the advice if the rule is broken.
func when(broken bool, message, advice string) (string, string) {
	if !broken {
		return "", ""
	}
	return message, advice
}

// The titles of the vendor's pages.
const (
	pageOfCAs          = "ApsaraMQ for MQTT: CA certificate management"
	pageOfRegistration = "ApsaraMQ for MQTT: RegisterCaCertificate"
)

// The meanings shared by several rules.
const (
	noChainWithout   = "a chain with this certificate in it can't be verified: the service may accept neither the proof nor a device"
	refusedByStrict  = "parsers as strict as Go's refuse it and every chain up to this CA; OpenSSL accepts nearly all of them: devices and tools differ here"
	refusedIfUnknown = "a verifier refuses a certificate with an unknown critical extension, and each chain with it: OpenSSL and Go do so; whether the service does is not documented"
	refusedByOpenSSL = "OpenSSL verifies no chain with it: neither the proof nor device certificates"
	mayMatter        = "the service may or may not look at it; verifiers of device certificates elsewhere may"
)

// rules is the only table: the loaders refuse by it, and [Material.Findings] reports by it.
var rules = []rule{
	// On the CA certificate.
	{"basic-constraints", OfCA, Fault, findNotCA, "RFC 5280 section 4.2.1.9; " + pageOfRegistration + " (CertificateContentError)",
		"the service registers only CA certificates, and recognizes them by this extension"},
	{"key-usage", OfCA, Fault, findNoCertSign, "RFC 5280 section 4.2.1.3",
		"the certificate forbids its key to sign certificates: verification and device certificates are invalid"},
	{"validity", OfCA, Fault, findOutsideValidity, "RFC 5280 section 4.1.2.5", noChainWithout},
	{"expiry", OfCA, Warning, findSoonExpired, "RFC 5280 section 4.1.2.5; the 90 days are mqttca's",
		"from then on its device certificates may no longer verify (the broker's behaviour is not documented); a renewed CA must be registered again"},
	{"key", OfCA, Fault, findUnfitKey, pageOfCAs + " (limits); NIST SP 800-131A section 3",
		"the service accepts RSA and ECC only; anybody who breaks a shorter key can issue device certificates"},
	{"rsa-exponent", OfCA, Fault, findUnfitExponent, "RFC 8017 section 3.1",
		"Go and other verifiers refuse such a key, or anybody can forge its signatures"},
	{"rsa-exponent-small", OfCA, Warning, findSmallExponent, "NIST FIPS 186-5 appendix A.1.1",
		"strict verifiers refuse such keys"},
	{"key-size", OfCA, Warning, findLargeKey, "NIST SP 800-57 part 1 section 5.6.1",
		"devices and the service verify such signatures more slowly, and the request is longer, but the rest of the chain is no stronger"},
	{"signature-digest", OfCA, Warning, findWeakDigest, "RFC 6151 section 2 (MD5), RFC 6194 (SHA-1), NIST SP 800-131A section 9",
		"anybody who can make two certificates with one digest could forge this one; for a self-signed root this matters less, since verifiers do not rely on its signature"},
	{"signature-scheme", OfCA, Warning, of(OfCA, oddScheme, "if the service refuses it, reissue it signed with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service accepts others is not documented"},
	{"serial-length", OfCA, Fault, findLongSerial, pageOfCAs + " (limits: 128 bytes)",
		"the vendor limits an Sn to 128 bytes, by our reading 128 hex digits: the number does not fit"},
	{"serial-octets", OfCA, Warning, findLargeSerial, "RFC 5280 section 4.1.2.2",
		"strict verifiers may refuse it; the service's own limit is longer"},
	{"serial-sign", OfCA, Warning, findNoSerial, "RFC 5280 section 4.1.2.2",
		"strict verifiers may refuse it, and the service names a CA by this number"},
	{"serial-entropy", OfCA, Warning, findShortSerial, pageOfRegistration + " (SnNotUnique); CA/Browser Forum Baseline Requirements section 7.1",
		"the service requires a unique serial number of a CA (\"in global\", says the message of SnNotUnique): a short one may be taken"},
	{"name-encoding", OfCA, Warning, ofCA(oddName, "give it a subject in UTF8String"), "X.680 section 41; RFC 5280 section 4.1.2.4",
		"parsers as strict as Go's refuse it and every device certificate issued by it, which has this name as its issuer; OpenSSL accepts them: devices and tools differ here"},
	{"extension-encoding", OfCA, Warning, ofCA(oddExtensions, "leave these extensions out or write them by RFC 5280"), "RFC 5280 section 4.2; X.690 section 11", refusedByStrict},
	{"key-encoding", OfCA, Warning, ofCA(oddKey, "encode the key as OpenSSL does: openssl pkey -in ca.key -ec_conv_form uncompressed -out new.key"), "RFC 3279 section 2.3; RFC 5480 section 2", refusedByStrict},
	{"time-encoding", OfCA, Warning, ofCA(oddTimes, "have it made with OpenSSL"), "RFC 5280 section 4.1.2.5",
		"strict parsers refuse it, and OpenSSL refuses times without seconds, with an offset or with fractions: devices can't verify the chain"},
	{"encoding", OfCA, Warning, ofCA(oddEncoding, "have it made in DER, as OpenSSL makes it"), "RFC 5280 section 4.1; X.690 section 10", refusedByStrict},
	{"decoding", OfCA, Fault, of(OfCA, undecodable, "take the CA certificate from its source again, or reissue it without these parts"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"version", OfCA, Warning, ofCA(oddVersion, "make an X.509 v3 certificate"), "RFC 5280 section 4.1.2.1", refusedByStrict},
	{"subject", OfCA, Warning, findNoSubject, "RFC 5280 section 4.1.2.6",
		"the verification certificate and device certificates need it as the name of their issuer"},
	{"key-identifier", OfCA, Warning, findNoKeyIdentifier, "RFC 5280 section 4.2.1.2",
		"if two CAs have one name, as after a renewal with a new key, a verifier can't tell which of them issued a certificate"},
	{"authority-key-identifier", OfCA, Warning, findForeignAuthority, "RFC 5280 section 4.2.1.1",
		"verifiers find no issuer with this key identifier, so chains up to this CA do not verify (OpenSSL)"},
	{"self-signature", OfCA, Fault, findBadSelfSignature, "RFC 5280 section 6.1.3",
		"the file was altered or damaged: it differs from the CA's own certificate, and from the one on devices"},
	{"self-issued", OfCA, Warning, findSelfIssued, "RFC 5280 section 3.2; RFC 4210 section 4.4",
		"it can serve as a trust anchor; if it was damaged on its way, devices have another one"},
	{"name-constraints", OfCA, Warning, findNameConstraints, "RFC 5280 section 4.2.1.10",
		"certificates with other names don't verify; the verification certificate's name is only the code"},
	{"extended-key-usage", OfCA, Warning, findUsages, "RFC 5280 section 4.2.1.12", mayMatter},
	{"critical-extensions", OfCA, Warning, of(OfCA, unhandled, "if the service refuses the CA or its device certificates, they may be the cause"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"chain", OfCA, Fault, findBrokenChain, "RFC 5280 section 6.1.3",
		"the file contradicts itself: one of the two certificates is wrong"},
	{"request-line", OfCA, Warning, findLongRequestLine, "RFC 9112 section 3; " + pageOfRegistration,
		"both certificates travel in one request line; many servers and proxies refuse a longer one"},

	// On the CA key.
	{"key-pair", OfPair, Fault, findStrangeKey, pageOfRegistration + " (VerificationContent)",
		"a signature by this key proves nothing about the CA: the service would refuse it"},
	{"key-proof", OfPair, Fault, findFailedTrial, "PKCS #11 v2.40 (CKA_ID); " + pageOfRegistration + " (VerificationContent)",
		"the verification certificate can't be signed; in a token only labels and ids join a private key with its public one"},
	{"key-permissions", OfPair, Warning, findOpenKeyFile, "NIST SP 800-57 part 1 section 6.2.2",
		"anybody who can read the file has the CA key, or can try passwords on it, and can issue device certificates"},
	{"key-values", OfPair, Warning, findOddValues, "RFC 8017 section 3.2; Boneh, DeMillo, Lipton: On the Importance of Checking Cryptographic Protocols for Faults",
		"a program using these values signs wrongly, and one wrong signature can reveal the key; mqttca does not use them"},
	{"archive-mac", OfPair, Warning, findNoMAC, "RFC 7292 section 4",
		"a replaced part of the file goes unnoticed; mqttca still checks the key against the CA certificate"},
	{"pin-on-command-line", OfPair, Warning, findShownPIN, "RFC 7512 section 2.4 (pin-value)",
		"anybody who knows the PIN can sign with the token"},

	{"name-constraints-proof", OfPair, Fault, findConstrainedProof, "RFC 5280 sections 4.2.1.10 and 6.1.3",
		"a verification certificate with only the code as its subject does not verify"},

	// On an externally made verification certificate.
	{"verification-own", OfVerification, Fault, findOwnCertificate, pageOfCAs,
		"every self-signed CA has this signature, so it proves nothing; devices must not hold the CA's key"},
	{"verification-digest", OfVerification, Fault, findUnfitDigest, pageOfCAs + " (SHA-256, SHA-512); NIST SP 800-131A section 9",
		"the vendor's procedure signs with SHA-256 or SHA-512; another proof may be refused, and a weak one can be forged"},
	{"verification-signature", OfVerification, Fault, findForeignSignature, pageOfRegistration + " (VerificationContent)",
		"it does not prove possession of the CA's key, which RegisterCaCertificate requires"},
	{"verification-issuer", OfVerification, Fault, findForeignIssuer, "RFC 5280 sections 4.1.2.4 and 7.1",
		"verifiers find the issuer by its name: most look for the same bytes"},
	{"verification-issuer-encoding", OfVerification, Warning, findRecodedIssuer, "RFC 5280 section 7.1",
		"OpenSSL and many verifiers consider the two names equal, others compare the bytes; the service decides"},
	{"verification-name-constraints", OfVerification, Fault, findOutsideConstraints, "RFC 5280 section 4.2.1.10",
		"it does not verify under this CA: the service may refuse it"},
	{"verification-authority", OfVerification, Fault, findOtherAuthority, "RFC 5280 section 4.2.1.1",
		"verifiers find no issuer with this identifier (OpenSSL)"},
	{"verification-encoding", OfVerification, Warning, findOddProof, "RFC 5280 section 4.1; X.690 section 11",
		"parsers as strict as Go's refuse it; OpenSSL accepts it, and the service decides"},
	{"verification-decoding", OfVerification, Fault, of(OfVerification, undecodable, "make it with mqttca sign or openssl"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"verification-critical-extensions", OfVerification, Warning, of(OfVerification, unhandled, "make it without them, with mqttca sign or openssl"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"verification-validity", OfVerification, Fault, findVerificationOutside, "RFC 5280 section 4.1.2.5",
		"it does not verify now: the service may refuse it"},
	{"verification-common-name", OfVerification, Fault, findNoCommonName, pageOfCAs + " (Common Name)",
		"the service reads the registration code there and refuses a certificate without one (RegisterCodeError)"},
	{"verification-code-form", OfVerification, Fault, findOddCode, "RFC 5280 appendix A.1 (ub-common-name); " + pageOfRegistration + " (RegisterCodeError)",
		"registration codes have another form: the service would refuse it (RegisterCodeError)"},
	{"verification-code", OfVerification, Fault, findOtherCode, pageOfRegistration + " (RegisterCodeError)",
		"it was made for another code, perhaps an earlier one: the service would refuse it (RegisterCodeError)"},
	{"verification-key", OfVerification, Fault, findOddProofKey, pageOfCAs + " (RSA and ECC only)",
		"the vendor's procedure has an RSA or EC key; whether the service accepts another is not documented"},
	{"verification-scheme", OfVerification, Warning, of(OfVerification, oddScheme, "if the service refuses it, sign it with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service accepts others is not documented"},
	{"verification-key-size", OfVerification, Warning, findWeakProofKey, pageOfCAs + "; NIST SP 800-131A section 3",
		"the vendor's procedure has RSA 2048 or EC P-256; anybody who breaks a shorter key may pass the TLS part of a device's authentication"},
	{"verification-lifetime", OfVerification, Warning, findLongLife, pageOfCAs + " (300 days)",
		"the proof is needed for minutes; until it expires, anybody with this certificate and its key may pass the TLS part of a device's authentication"},
	{"verification-expiry", OfVerification, Warning, findShortLife, "RFC 5280 section 4.1.2.5; the hour is mqttca's",
		"it may have expired when it is submitted, and the next one may need a fresh code"},
	{"verification-ca", OfVerification, Warning, findProofIsCA, "RFC 5280 section 4.2.1.9",
		"the holder of its key is a CA below yours, and could issue device certificates"},
}

// A Severity is the weight of a [Finding].
type Severity int

const (
	// Warning does not prevent a registration.
	Warning Severity = iota
	// Fault prevents a registration: the loaders refuse the object.
	Fault
)

// String returns "error" for a Fault, else "warning".
func (s Severity) String() string {
	if s == Fault {
		return "error"
	}
	return "warning"
}

// A Subject is the kind of object checked by a rule.
type Subject string

const (
	OfCA           Subject = "ca"           // the CA certificate and the others in its file
	OfPair         Subject = "pair"         // the CA key and its source, with the CA certificate
	OfVerification Subject = "verification" // a verification certificate, with the CA certificate
)

// A Finding is the result of one rule on an object.
type Finding struct {
	Rule     string   // the rule's name, stable: "basic-constraints"
	Severity Severity // Warning or Fault
	Subject  Subject
	Object   string // the object's name for people: "CA certificate ca.crt"
	Message  string // lower case; the object is "it"
	Meaning  string // the consequence for the registration and the devices
	Advice   string // how to fix it
	Source   string // the basis of the rule: an RFC section or the title of a vendor's page
}

// Findings checks the material by every rule at a given time, and returns the findings in the order
// of the table. The loaders fail if any of them is a [Fault].
func (m *Material) Findings(at time.Time) []Finding {
	return m.judge(at, OfCA, OfPair, OfVerification)
}

func (m *Material) judge(at time.Time, subjects ...Subject) []Finding {
	findings := []Finding{}
	for _, r := range rules {
		if !slices.Contains(subjects, r.subject) || !m.has(r.subject) {
			continue
		}
		if message, advice := r.find(m, at); message != "" {
			findings = append(findings, Finding{r.name, r.severity, r.subject, m.object(r.subject), message, r.meaning, advice, r.source})
		}
	}
	return findings
}

// warnings returns the findings on one subject; none may be a fault.
func warnings(findings []Finding, subject Subject) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Subject != subject })
}

// refusal returns the error for the faults among findings, all of one object in one sentence, or
// nil. A key-pair mismatch comes first: the other faults may be of the wrong object.
func refusal(findings []Finding) error {
	for _, on := range []struct {
		subject Subject
		action  string
	}{{OfPair, "use"}, {OfCA, "use"}, {OfVerification, "check"}} {
		var object string
		var reasons, advice []string
		for _, f := range findings {
			if f.Severity == Fault && f.Subject == on.subject {
				object, reasons = f.Object, append(reasons, f.Message)
				if !slices.Contains(advice, f.Advice) {
					advice = append(advice, f.Advice)
				}
			}
		}
		if len(reasons) > 0 {
			return &Error{Action: on.action, Object: object, Reason: strings.Join(reasons, "; "), Advice: strings.Join(advice, "; ")}
		}
	}
	return nil
}
