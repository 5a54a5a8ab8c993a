package pki

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
)

// An archive is a PKCS#12 file (RFC 7292) that is read in two steps: all that needs no
// password first, so that the work that the rest asks for is known before anything is
// derived from the password. It may be in BER.
type archive struct {
	*bundle
	mac    func(password string) bool // nil without one
	safes  []*sealed                  // encrypted contents
	keys   []*sealed                  // encrypted keys
	found  foundKeys
	rounds int
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
}

// A safeBag has attributes, too, which are not needed: keys and certificates are matched.
type safeBag struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"explicit,tag:0"`
}

const (
	// maxArchiveRounds bounds all parts together, each of which is bounded by maxRounds: NSS
	// makes 600,000 for each of MAC, certificate and key.
	maxArchiveRounds = 5 * maxRounds

	damagedArchive  = "its PKCS#12 archive is cut short or altered"
	adviceOfArchive = "openssl pkcs12 -legacy -in FILE -out ca.pem, then openssl pkcs12 -export -in ca.pem -out ca.p12, makes one that is read"
)

// openArchive reads the keys of a PKCS#12 archive, and its certificates into the bundle.
func openArchive(b *bundle, der []byte, password Password) ([]crypto.Signer, error) {
	a, err := parseArchive(b, der)
	if err != nil {
		return nil, err
	}
	b.file.unsealed = a.mac == nil
	if a.mac == nil && len(a.safes)+len(a.keys) == 0 {
		return a.result()
	}
	err = b.file.unlock(password, func(text string) error {
		again, err := parseArchive(b, der)
		if err == nil {
			a, err = again, again.open(text)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.result()
}

func (a *archive) result() ([]crypto.Signer, error) {
	if len(a.found.keys) == 0 && a.found.refused == nil {
		return nil, a.file.refuse("its PKCS#12 archive holds no private key", "export it anew together with its private key")
	}
	return a.found.result()
}

// refuseKeyAlone is the error for an archive that should have the CA certificate.
func refuseKeyAlone(b *bundle) error {
	if len(b.damaged) > 0 {
		return b.refuseDamaged()
	}
	return b.file.refuse("its PKCS#12 archive holds a private key and no certificate", "give the file with the CA certificate as well")
}

func parseArchive(b *bundle, der []byte) (*archive, error) {
	b.certificates, b.damaged = nil, nil
	a := &archive{bundle: b}
	var pfx struct {
		Version  int
		AuthSafe contentInfo
		Mac      macData `asn1:"optional"`
	}
	var safes []contentInfo
	plain, _ := toDER(der, maxDepth)
	if unmarshalAll(plain, &pfx) != nil {
		return nil, a.file.refuse(damagedArchive, "")
	}
	if pfx.AuthSafe.Type.String() != oidData {
		return nil, a.file.refuse("its PKCS#12 archive is signed or enveloped, not protected by a password", adviceOfArchive)
	}
	content, ok := octets(pfx.AuthSafe.Content)
	if plain, _ = toDER(content, maxDepth); !ok || unmarshalAll(plain, &safes) != nil {
		return nil, a.file.refuse(damagedArchive, "")
	}
	if len(pfx.Mac.Mac.Algorithm.Algorithm) > 0 {
		var reason string
		if a.mac, reason = pfx.Mac.check(content); reason != "" {
			return nil, a.file.refuse(reason, adviceOfArchive)
		}
		a.rounds += pfx.Mac.Rounds
	}
	for _, safe := range safes {
		if err := a.addSafe(safe); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// octets is the content of an OCTET STRING.
func octets(value asn1.RawValue) (content []byte, ok bool) {
	return content, unmarshalAll(value.Bytes, &content) == nil
}

const (
	oidData          = "1.2.840.113549.1.7.1" // RFC 5652 section 4
	oidEncryptedData = "1.2.840.113549.1.7.6" // section 8

	oidBags = "1.2.840.113549.1.12.10.1." // RFC 7292 section 4.2
)

func (a *archive) addSafe(safe contentInfo) error {
	switch safe.Type.String() {
	case oidData:
		if content, ok := octets(safe.Content); ok {
			return a.addBags(content, maxDepth)
		}
	case oidEncryptedData:
		var data struct {
			Version int
			Content struct {
				Type      asn1.ObjectIdentifier
				Algorithm pkix.AlgorithmIdentifier
				Encrypted asn1.RawValue `asn1:"optional,tag:0"`
			}
		}
		if unmarshalAll(safe.Content.Bytes, &data) == nil {
			encrypted := data.Content.Encrypted.Bytes
			if data.Content.Encrypted.IsCompound { // in BER it may be in pieces
				encrypted = joined(encrypted)
			}
			return a.seal(&a.safes, data.Content.Algorithm, encrypted)
		}
	default:
		return a.file.refuse("a part of its PKCS#12 archive is encrypted with a public key", adviceOfArchive)
	}
	return a.file.refuse(damagedArchive, "")
}

// seal adds an encrypted part, unless all of them together would take too much work.
func (a *archive) seal(parts *[]*sealed, algorithm pkix.AlgorithmIdentifier, encrypted []byte) error {
	part, reason, _ := parseSealed(algorithm, encrypted)
	if reason != "" {
		return a.file.refuse(reason, adviceOfArchive)
	}
	if a.rounds += part.rounds; a.rounds > maxArchiveRounds {
		return a.file.refuse(fmt.Sprintf("its encryption asks for more than %d rounds of key derivation", maxArchiveRounds), adviceOfArchive)
	}
	*parts = append(*parts, part)
	return nil
}

// addBags sorts the bags of a safe. Other kinds than keys and certificates are passed over.
func (a *archive) addBags(content []byte, depth int) error {
	var bags []safeBag
	if plain, _ := toDER(content, maxDepth); unmarshalAll(plain, &bags) != nil || depth == 0 {
		return a.file.refuse(damagedArchive, "")
	}
	for _, bag := range bags {
		var err error
		switch bag.ID.String() {
		case oidBags + "1": // a key
			a.found.add(decodeKey(a.file, &pem.Block{Type: "PRIVATE KEY", Bytes: bag.Value.Bytes}))
		case oidBags + "2": // an encrypted key
			var info encryptedKeyInfo
			if unmarshalAll(bag.Value.Bytes, &info) != nil {
				return a.file.refuse(damagedArchive, "")
			}
			err = a.seal(&a.keys, info.Algorithm, info.Encrypted)
		case oidBags + "3": // a certificate
			var certificate struct {
				ID    asn1.ObjectIdentifier
				Value asn1.RawValue `asn1:"explicit,tag:0"`
			}
			unmarshalAll(bag.Value.Bytes, &certificate)
			if der, ok := octets(certificate.Value); ok {
				a.add(pemBlock{"CERTIFICATE", &pem.Block{Bytes: der}})
			}
		case oidBags + "6": // bags
			err = a.addBags(bag.Value.Bytes, depth-1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// open reads what is encrypted.
func (a *archive) open(password string) error {
	if a.mac != nil && !a.mac(password) {
		return a.file.wrongPassword()
	}
	for _, safe := range a.safes {
		content, ok := safe.open(password)
		if !ok {
			return a.file.wrongPassword()
		}
		if err := a.addBags(content, maxDepth); err != nil {
			return err
		}
	}
	for _, key := range a.keys {
		der, ok := key.open(password)
		if !ok {
			return a.file.wrongPassword()
		}
		a.found.add(decodeKey(a.file, &pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	return nil
}
