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
	refusedByStrict  = "parsers as strict as Go's refuse it, and with it every chain up to this CA; OpenSSL takes it: devices and tools differ here"
	refusedIfUnknown = "a verifier that does not know such an extension refuses the certificate and each chain that it is in: OpenSSL and Go do, whether the service does is not documented"
	refusedByOpenSSL = "no chain with it verifies under OpenSSL: the proof and the device certificates do not"
	mayMatter        = "the service may or may not look at it; verifiers of device certificates elsewhere may"
)

// rules is the only table: the loaders refuse by it, and [Material.Findings] reports by it.
var rules = []rule{
	// On the CA certificate.
	{"basic-constraints", OfCA, Fault, findNotCA, "RFC 5280 section 4.2.1.9; " + pageOfRegistration + " (CertificateContentError)",
		"the service registers certificates of CAs only, and goes by this extension"},
	{"key-usage", OfCA, Fault, findNoCertSign, "RFC 5280 section 4.2.1.3",
		"by its own word the key may not sign certificates: neither the verification certificate nor those of devices"},
	{"validity", OfCA, Fault, findOutsideValidity, "RFC 5280 section 4.1.2.5", noChainWithout},
	{"expiry", OfCA, Warning, findSoonExpired, "RFC 5280 section 4.1.2.5; the 90 days are mqttca's",
		"from that day on device certificates of this CA may not verify any more (the vendor does not say what the broker does); a renewed CA has to be registered anew"},
	{"key", OfCA, Fault, findUnfitKey, pageOfCAs + " (limits); NIST SP 800-131A section 3",
		"the service takes RSA and ECC only; a shorter key can be broken, and whoever does so can issue device certificates"},
	{"rsa-exponent", OfCA, Fault, findUnfitExponent, "RFC 8017 section 3.1",
		"Go's verifiers and others take no such key, or anybody can forge its signatures"},
	{"rsa-exponent-small", OfCA, Warning, findSmallExponent, "NIST FIPS 186-5 appendix A.1.1",
		"verifiers that keep to the standard refuse such keys"},
	{"key-size", OfCA, Warning, findLargeKey, "NIST SP 800-57 part 1 section 5.6.1",
		"every device and the service verify such signatures more slowly, and the certificates take more room in the request, for a strength that the rest of the chain does not have"},
	{"signature-digest", OfCA, Warning, findWeakDigest, "RFC 6151 section 2 (MD5), RFC 6194 (SHA-1), NIST SP 800-131A section 9",
		"whoever can make two certificates with one digest could forge this one; of a self-signed root that counts less, since it is trusted by itself and not by its signature"},
	{"signature-scheme", OfCA, Warning, of(OfCA, oddScheme, "should the service refuse it, issue it anew signed with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service reads anything else is not documented"},
	{"serial-length", OfCA, Fault, findLongSerial, pageOfCAs + " (limits: 128 bytes)",
		"the vendor limits an Sn to 128 bytes, by our reading 128 hex digits: the number does not fit"},
	{"serial-octets", OfCA, Warning, findLargeSerial, "RFC 5280 section 4.1.2.2",
		"verifiers that keep to the standard may refuse it; the service's own limit is longer"},
	{"serial-sign", OfCA, Warning, findNoSerial, "RFC 5280 section 4.1.2.2",
		"verifiers that keep to the standard may refuse it, and the service names a CA by this number"},
	{"serial-entropy", OfCA, Warning, findShortSerial, pageOfRegistration + " (SnNotUnique); CA/Browser Forum Baseline Requirements section 7.1",
		"the service wants a CA's serial number unique (\"in global\", says the message of SnNotUnique): a short one may be taken"},
	{"name-encoding", OfCA, Warning, ofCA(oddName, "give it a subject in UTF8String"), "X.680 section 41; RFC 5280 section 4.1.2.4",
		"parsers as strict as Go's refuse it and every device certificate that it issues, because each names its issuer so; OpenSSL takes them: devices and tools differ here"},
	{"extension-encoding", OfCA, Warning, ofCA(oddExtensions, "leave these extensions out or write them by RFC 5280"), "RFC 5280 section 4.2; X.690 section 11", refusedByStrict},
	{"key-encoding", OfCA, Warning, ofCA(oddKey, "encode the key as OpenSSL does: openssl pkey -in ca.key -ec_conv_form uncompressed -out new.key"), "RFC 3279 section 2.3; RFC 5480 section 2", refusedByStrict},
	{"time-encoding", OfCA, Warning, ofCA(oddTimes, "have it made with OpenSSL"), "RFC 5280 section 4.1.2.5",
		"strict parsers refuse it, and OpenSSL refuses times without seconds, with an offset or with fractions: devices that verify the chain fail"},
	{"encoding", OfCA, Warning, ofCA(oddEncoding, "have it made in DER, as OpenSSL makes it"), "RFC 5280 section 4.1; X.690 section 10", refusedByStrict},
	{"decoding", OfCA, Fault, of(OfCA, undecodable, "take the CA certificate from its source again, or issue it anew without these parts"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"version", OfCA, Warning, ofCA(oddVersion, "make an X.509 v3 certificate"), "RFC 5280 section 4.1.2.1", refusedByStrict},
	{"subject", OfCA, Warning, findNoSubject, "RFC 5280 section 4.1.2.6",
		"certificates name their issuer by it: the verification certificate and those of devices have none to name"},
	{"key-identifier", OfCA, Warning, findNoKeyIdentifier, "RFC 5280 section 4.2.1.2",
		"where two CAs have one name, as after a renewal with a new key, a verifier can't tell which of them issued a certificate"},
	{"authority-key-identifier", OfCA, Warning, findForeignAuthority, "RFC 5280 section 4.2.1.1",
		"verifiers look for an issuer with that key identifier and find none, so that chains up to this CA do not verify (OpenSSL)"},
	{"self-signature", OfCA, Fault, findBadSelfSignature, "RFC 5280 section 6.1.3",
		"the file was altered or damaged: it is not the certificate that the CA made, nor the one that devices have"},
	{"self-issued", OfCA, Warning, findSelfIssued, "RFC 5280 section 3.2; RFC 4210 section 4.4",
		"as a trust anchor it serves; should it have been damaged on its way, devices have another one"},
	{"name-constraints", OfCA, Warning, findNameConstraints, "RFC 5280 section 4.2.1.10",
		"certificates with other names don't verify; of the verification certificate the name is the code alone"},
	{"extended-key-usage", OfCA, Warning, findUsages, "RFC 5280 section 4.2.1.12", mayMatter},
	{"critical-extensions", OfCA, Warning, of(OfCA, unhandled, "should the service refuse the CA or its device certificates, they may be why"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"chain", OfCA, Fault, findBrokenChain, "RFC 5280 section 6.1.3",
		"the file contradicts itself: one of the two certificates is not the one that is meant"},
	{"request-line", OfCA, Warning, findLongRequestLine, "RFC 9112 section 3; " + pageOfRegistration,
		"both certificates travel in one request line; many servers and proxies refuse a longer one"},

	// On the CA key.
	{"key-pair", OfPair, Fault, findStrangeKey, pageOfRegistration + " (VerificationContent)",
		"what this key signs proves nothing about the CA: the service would refuse it"},
	{"key-proof", OfPair, Fault, findFailedTrial, "PKCS #11 v2.40 (CKA_ID); " + pageOfRegistration + " (VerificationContent)",
		"the verification certificate can't be signed; in a token only labels and ids join a private key with its public one"},
	{"key-permissions", OfPair, Warning, findOpenKeyFile, "NIST SP 800-57 part 1 section 6.2.2",
		"whoever can read the file has the CA, or may try passwords on it: they can issue device certificates with it"},
	{"key-values", OfPair, Warning, findOddValues, "RFC 8017 section 3.2; Boneh, DeMillo, Lipton: On the Importance of Checking Cryptographic Protocols for Faults",
		"a program that uses these values signs wrongly, and one wrong signature can reveal the key; mqttca does not use them"},
	{"archive-mac", OfPair, Warning, findNoMAC, "RFC 7292 section 4",
		"nothing shows whether somebody exchanged a part of the file; that the key belongs to the CA certificate is checked all the same"},
	{"pin-on-command-line", OfPair, Warning, findShownPIN, "RFC 7512 section 2.4 (pin-value)",
		"whoever knows the PIN can have the token sign"},

	{"name-constraints-proof", OfPair, Fault, findConstrainedProof, "RFC 5280 sections 4.2.1.10 and 6.1.3",
		"a verification certificate whose subject is the code alone does not verify"},

	// On an externally made verification certificate.
	{"verification-own", OfVerification, Fault, findOwnCertificate, pageOfCAs,
		"a self-signed CA has signed itself, so this proves nothing; the CA's key is not for devices to hold"},
	{"verification-digest", OfVerification, Fault, findUnfitDigest, pageOfCAs + " (SHA-256, SHA-512); NIST SP 800-131A section 9",
		"the vendor's procedure signs with SHA-256 or SHA-512; another proof may be refused, and a weak one can be forged"},
	{"verification-signature", OfVerification, Fault, findForeignSignature, pageOfRegistration + " (VerificationContent)",
		"it does not prove that its maker has the CA's key, which RegisterCaCertificate asks for"},
	{"verification-issuer", OfVerification, Fault, findForeignIssuer, "RFC 5280 sections 4.1.2.4 and 7.1",
		"verifiers find the issuer by its name: most look for the same bytes"},
	{"verification-issuer-encoding", OfVerification, Warning, findRecodedIssuer, "RFC 5280 section 7.1",
		"OpenSSL and many verifiers take the two names as equal, others look for the same bytes; the service decides"},
	{"verification-name-constraints", OfVerification, Fault, findOutsideConstraints, "RFC 5280 section 4.2.1.10",
		"it does not verify under this CA: the service may refuse it"},
	{"verification-authority", OfVerification, Fault, findOtherAuthority, "RFC 5280 section 4.2.1.1",
		"verifiers look for an issuer with that identifier and find none (OpenSSL)"},
	{"verification-encoding", OfVerification, Warning, findOddProof, "RFC 5280 section 4.1; X.690 section 11",
		"parsers as strict as Go's refuse it; OpenSSL takes it, and the service decides"},
	{"verification-decoding", OfVerification, Fault, of(OfVerification, undecodable, "make it with mqttca sign or openssl"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"verification-critical-extensions", OfVerification, Warning, of(OfVerification, unhandled, "make it without them, with mqttca sign or openssl"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"verification-validity", OfVerification, Fault, findVerificationOutside, "RFC 5280 section 4.1.2.5",
		"it does not verify now: the service may refuse it"},
	{"verification-common-name", OfVerification, Fault, findNoCommonName, pageOfCAs + " (Common Name)",
		"the service reads the registration code there and refuses what has none (RegisterCodeError)"},
	{"verification-code-form", OfVerification, Fault, findOddCode, "RFC 5280 appendix A.1 (ub-common-name); " + pageOfRegistration + " (RegisterCodeError)",
		"no registration code looks like that: the service would refuse it (RegisterCodeError)"},
	{"verification-code", OfVerification, Fault, findOtherCode, pageOfRegistration + " (RegisterCodeError)",
		"it was made for another code, perhaps an earlier one: the service would refuse it (RegisterCodeError)"},
	{"verification-key", OfVerification, Fault, findOddProofKey, pageOfCAs + " (RSA and ECC only)",
		"the vendor's procedure has an RSA or EC key; whether the service takes another is not documented"},
	{"verification-scheme", OfVerification, Warning, of(OfVerification, oddScheme, "should the service refuse it, sign it with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service reads anything else is not documented"},
	{"verification-key-size", OfVerification, Warning, findWeakProofKey, pageOfCAs + "; NIST SP 800-131A section 3",
		"the vendor's procedure has RSA 2048 or EC P-256; whoever breaks a shorter key may pass the TLS part of a device's authentication"},
	{"verification-lifetime", OfVerification, Warning, findLongLife, pageOfCAs + " (300 days)",
		"the proof is needed for minutes; meanwhile whoever holds this certificate and its key may pass the TLS part of a device's authentication"},
	{"verification-expiry", OfVerification, Warning, findShortLife, "RFC 5280 section 4.1.2.5; the hour is mqttca's",
		"it may have expired when it is submitted, and the next one may need a fresh code"},
	{"verification-ca", OfVerification, Warning, findProofIsCA, "RFC 5280 section 4.2.1.9",
		"whoever holds its key is a CA below yours, and could issue device certificates"},
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
