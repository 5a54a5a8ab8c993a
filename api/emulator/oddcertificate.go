package emulator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// An oddCertificate is a certificate (RFC 5280, section 4.1) whose parts may break the rules of
// DER. OpenSSL accepts such CAs; no page says whether the service does. Invented: odd-certificates.
type oddCertificate struct {
	TBS struct {
		Version   int `asn1:"optional,explicit,default:0,tag:0"`
		Serial    *big.Int
		Algorithm pkix.AlgorithmIdentifier
		Issuer    asn1.RawValue
		Validity  struct{ From, To time.Time }
		Subject   asn1.RawValue
		Key       struct {
			Raw       asn1.RawContent
			Algorithm struct {
				ID         asn1.ObjectIdentifier
				Parameters asn1.RawValue `asn1:"optional"`
			}
			Bits asn1.BitString
		}
		IssuerID   asn1.RawValue     `asn1:"optional,tag:1"`
		SubjectID  asn1.RawValue     `asn1:"optional,tag:2"`
		Extensions [][]asn1.RawValue `asn1:"optional,explicit,tag:3"`
	}
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

// parseOdd reads the parts the emulator uses, from a certificate refused by x509.
func parseOdd(der []byte) (*x509.Certificate, bool) {
	var odd oddCertificate
	whole, _ := readElement(der, maxDepth)
	if _, err := asn1.Unmarshal(whole.der, &odd); err != nil {
		return nil, false
	}
	tbs := whole.parts[0]
	parts := slices.DeleteFunc(slices.Clone(tbs.parts), func(part element) bool { return part.raw[0] == 0xa0 }) // the version
	certificate := &x509.Certificate{
		Raw: whole.raw, RawTBSCertificate: tbs.raw, RawIssuer: parts[2].raw, RawSubject: parts[4].raw,
		Version: odd.TBS.Version + 1, SerialNumber: odd.TBS.Serial, NotBefore: odd.TBS.Validity.From, NotAfter: odd.TBS.Validity.To, PublicKey: odd.publicKey(),
		SignatureAlgorithm: signatures[odd.TBS.Algorithm.Algorithm.String()], Signature: odd.Signature.Bytes, IsCA: odd.isCA(),
	}
	var name []attributesSET
	if _, err := asn1.Unmarshal(parts[4].der, &name); err == nil {
		for _, attribute := range slices.Concat(name...) { // regardless of the value's type
			certificate.Subject.Names = append(certificate.Subject.Names, pkix.AttributeTypeAndValue{Type: attribute.ID, Value: string(attribute.Value.Bytes)})
		}
	}
	return certificate, true
}

// attributesSET is a part of a name. (asn1 interprets the suffix SET.)
type attributesSET []struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue
}

var signatures = map[string]x509.SignatureAlgorithm{
	"1.2.840.113549.1.1.11": x509.SHA256WithRSA, "1.2.840.113549.1.1.12": x509.SHA384WithRSA, "1.2.840.113549.1.1.13": x509.SHA512WithRSA,
	"1.2.840.10045.4.3.2": x509.ECDSAWithSHA256, "1.2.840.10045.4.3.3": x509.ECDSAWithSHA384, "1.2.840.10045.4.3.4": x509.ECDSAWithSHA512,
}

// isCA reads BasicConstraints. Any nonzero octet is TRUE (X.690, section 8.2.2).
func (c *oddCertificate) isCA() bool {
	for _, extension := range c.TBS.Extensions {
		if len(extension) < 2 || !slices.Equal(extension[0].Bytes, []byte{0x55, 0x1d, 0x13}) {
			continue
		}
		var constraints []asn1.RawValue
		value, _ := readElement(extension[len(extension)-1].Bytes, maxDepth)
		_, err := asn1.Unmarshal(value.der, &constraints)
		return err == nil && len(constraints) > 0 && constraints[0].Tag == asn1.TagBoolean && !slices.Equal(constraints[0].Bytes, []byte{0})
	}
	return false
}

// publicKey returns nil for everything but RSA and EC on one of the three curves. The numbers of an
// RSA key count as positive. A point may be compressed or hybrid (X9.62, section 4.3.6).
func (c *oddCertificate) publicKey() crypto.PublicKey {
	if key, err := x509.ParsePKIXPublicKey(c.TBS.Key.Raw); err == nil {
		return key
	}
	bits := c.TBS.Key.Bits.Bytes
	switch c.TBS.Key.Algorithm.ID.String() {
	case "1.2.840.113549.1.1.1", "2.5.8.1.1":
		var key struct{ N, E asn1.RawValue }
		whole, _ := readElement(bits, maxDepth)
		if _, err := asn1.Unmarshal(whole.der, &key); err == nil {
			return &rsa.PublicKey{N: new(big.Int).SetBytes(key.N.Bytes), E: int(new(big.Int).SetBytes(key.E.Bytes).Int64())}
		}
	case "1.2.840.10045.2.1":
		curve := map[string]elliptic.Curve{
			"\x2a\x86\x48\xce\x3d\x03\x01\x07": elliptic.P256(), "\x2b\x81\x04\x00\x22": elliptic.P384(), "\x2b\x81\x04\x00\x23": elliptic.P521(),
		}[string(c.TBS.Key.Algorithm.Parameters.Bytes)]
		if curve == nil || len(bits) < 2 {
			return nil
		}
		point := append([]byte{4}, bits[1:]...)
		if x, y := elliptic.UnmarshalCompressed(curve, bits); x != nil {
			point = slices.Concat([]byte{4}, x.FillBytes(make([]byte, len(bits)-1)), y.FillBytes(make([]byte, len(bits)-1)))
		}
		if key, err := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil {
			return key
		}
	}
	return nil
}
