package pki

// The vendor's pages, by their titles.
const (
	pageOfCAs          = "ApsaraMQ for MQTT: CA certificate management"
	pageOfRegistration = "ApsaraMQ for MQTT: RegisterCaCertificate"
)

// What several rules mean.
const (
	noChainWithout = "a chain with this certificate in it can't be verified: the service can accept neither the proof nor a device"
	mayMatter      = "the service may or may not look at it; verifiers of device certificates elsewhere may"
)

// caRules are the rows of the table on the CA certificate.
var caRules = []rule{
	{"basic-constraints", OfCA, Fault, "RFC 5280 section 4.2.1.9; " + pageOfRegistration + " (CertificateContentError)",
		"the service registers certificates of CAs only, and goes by this extension",
		findNotCA},
	{"key-usage", OfCA, Fault, "RFC 5280 section 4.2.1.3",
		"by its own word the key may not sign certificates: neither the verification certificate nor those of devices",
		findNoCertSign},
	{"validity", OfCA, Fault, "RFC 5280 section 4.1.2.5",
		noChainWithout,
		findOutsideValidity},
	{"expiry", OfCA, Warning, "RFC 5280 section 4.1.2.5; the 90 days are mqttca's",
		"from that day on no device with a certificate of this CA is let in; a renewed CA has to be registered anew",
		findSoonExpired},
	{"key", OfCA, Fault, pageOfCAs + " (limits); NIST SP 800-131A section 3",
		"the service takes RSA and ECC only; a shorter key can be broken, and whoever does so can pose as any device",
		findUnfitKey},
	{"rsa-exponent", OfCA, Fault, "RFC 8017 section 3.1",
		"signatures of such a key can't be verified, or anybody can forge them",
		findUnfitExponent},
	{"rsa-exponent-small", OfCA, Warning, "NIST FIPS 186-5 appendix A.1.1",
		"verifiers that keep to the standard refuse such keys",
		findSmallExponent},
	{"key-size", OfCA, Warning, "NIST SP 800-57 part 1 section 5.6.1",
		"every device and the service verify such signatures more slowly, and the certificates take more room in the request, for a strength that the rest of the chain does not have",
		findLargeKey},
	{"signature-digest", OfCA, Warning, "RFC 6151 section 2 (MD5), RFC 6194 (SHA-1), NIST SP 800-131A section 9",
		"whoever can make two certificates with one digest could forge this one; of a self-signed root that counts less, since it is trusted by itself and not by its signature",
		findWeakDigest},
	{"signature-scheme", OfCA, Warning, pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service reads anything else is not documented",
		findOddScheme},
	{"serial-length", OfCA, Fault, pageOfCAs + " (limits: 128 bytes)",
		"the service refuses it: the number, in hex digits, does not fit into its Sn",
		findLongSerial},
	{"serial-octets", OfCA, Warning, "RFC 5280 section 4.1.2.2",
		"verifiers that keep to the standard may refuse it; the service's own limit is longer",
		findLargeSerial},
	{"serial-sign", OfCA, Warning, "RFC 5280 section 4.1.2.2",
		"verifiers that keep to the standard may refuse it, and the service names a CA by this number",
		findNoSerial},
	{"serial-entropy", OfCA, Warning, pageOfRegistration + " (SnNotUnique); CA/Browser Forum Baseline Requirements section 7.1",
		"the service wants a CA's serial number unique among all its customers, and a short one may be taken",
		findShortSerial},
	{"subject", OfCA, Warning, "RFC 5280 section 4.1.2.6",
		"certificates name their issuer by it: the verification certificate and those of devices have none to name",
		findNoSubject},
	{"key-identifier", OfCA, Warning, "RFC 5280 section 4.2.1.2",
		"where two CAs have one name, as after a renewal with a new key, a verifier can't tell which of them issued a certificate",
		findNoKeyIdentifier},
	{"authority-key-identifier", OfCA, Warning, "RFC 5280 section 4.2.1.1",
		"verifiers look for an issuer with that key identifier and find none, so that chains up to this CA do not verify (OpenSSL)",
		findForeignAuthority},
	{"name-constraints", OfCA, Warning, "RFC 5280 section 4.2.1.10",
		"certificates with other names don't verify; of the verification certificate the name is the code alone",
		findNameConstraints},
	{"extended-key-usage", OfCA, Warning, "RFC 5280 section 4.2.1.12",
		mayMatter,
		findUsages},
	{"critical-extensions", OfCA, Warning, "RFC 5280 section 4.2",
		mayMatter,
		findCriticalExtensions},
	{"chain", OfCA, Fault, "RFC 5280 section 6.1.3",
		"the file contradicts itself: one of the two certificates is not the one that is meant",
		findBrokenChain},
	{"request-line", OfCA, Warning, "RFC 9112 section 3; " + pageOfRegistration,
		"both certificates travel in one request line; many servers and proxies refuse a longer one",
		findLongRequestLine},
}
