package pki

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An archive is a PKCS#12 file (RFC 7292), taken apart as far as that needs no password: the
// work that the rest asks for is known before anything is derived from one. It may be in BER.
type archive struct {
	file   *file
	der    []byte
	hasMAC bool
	plain  []*pem.Block  // what is not encrypted
	safes  []contentInfo // encrypted contents
	keys   []opener      // encrypted keys
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

// maxArchiveRounds bounds all parts of an archive together: NSS makes 600,000 for each of MAC,
// certificate and key.
const maxArchiveRounds = 3 * maxRounds

const (
	tooManyRounds   = "its encryption asks for more than %d rounds of key derivation, or does not say for how many"
	damagedArchive  = "its PKCS#12 archive is cut short or altered"
	adviceOfArchive = "openssl pkcs12 -legacy -in FILE -out ca.pem, then openssl pkcs12 -export -in ca.pem -out ca.p12, makes one that is read"
)

// openArchive reads the keys of a PKCS#12 archive, and its certificates into the bundle.
func openArchive(b *bundle, ber []byte, password Password) ([]crypto.Signer, error) {
	a, err := parseArchive(b.file, ber)
	if err != nil {
		return nil, err
	}
	b.file.unsealed = !a.hasMAC
	blocks := a.plain
	if a.hasMAC || len(a.safes)+len(a.keys) > 0 {
		err = b.file.unlock(password, func(text string) (err error) {
			blocks, err = a.open(text)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	found := foundKeys{}
	for _, block := range blocks {
		if named := (pemBlock{block.Type, block}).byContent(); named.isKey() {
			found.add(decodeKey(b.file, named.block))
		} else {
			b.add(pemBlock{block.Type, block})
		}
	}
	if len(found.keys) == 0 && found.refused == nil {
		return nil, b.file.refuse("its PKCS#12 archive holds no private key", "export it anew together with its private key")
	}
	return found.result()
}

// refuseKeyAlone is the error for an archive that should have the CA certificate.
func refuseKeyAlone(b *bundle) error {
	if len(b.damaged) > 0 {
		return b.refuseDamaged()
	}
	return b.file.refuse("its PKCS#12 archive holds a private key and no certificate", "give the file with the CA certificate as well")
}

func parseArchive(f *file, ber []byte) (*archive, error) {
	a := &archive{file: f}
	var pfx pfx
	var safes []contentInfo
	a.der, _ = toDER(ber, maxDepth)
	if unmarshalAll(a.der, &pfx) != nil {
		return nil, f.refuse(damagedArchive, "")
	}
	if !pfx.Safes.Type.Equal(oidData) {
		return nil, f.refuse("its PKCS#12 archive is signed or enveloped, not protected by a password", adviceOfArchive)
	}
	if !octets(pfx.Safes.Content, &safes) {
		return nil, f.refuse(damagedArchive, "")
	}
	if a.hasMAC = len(pfx.MAC.Digest.Algorithm.Algorithm) > 0; a.hasMAC {
		a.addRounds(pfx.MAC.rounds())
	}
	for _, safe := range safes {
		if err := a.addSafe(safe); err != nil {
			return nil, err
		}
	}
	if a.rounds > maxArchiveRounds {
		return nil, f.refuse(fmt.Sprintf(tooManyRounds, maxArchiveRounds), adviceOfArchive)
	}
	return a, nil
}

// octets unmarshals what is in an OCTET STRING, in BER.
func octets(value asn1.RawValue, inside any) bool {
	var content []byte
	if unmarshalAll(value.Bytes, &content) != nil {
		return false
	}
	der, _ := toDER(content, maxDepth)
	return unmarshalAll(der, inside) == nil
}

func (a *archive) addSafe(safe contentInfo) error {
	var bags []safeBag
	var data struct { // EncryptedData, RFC 5652 section 8
		Version int
		Content struct {
			Type      asn1.ObjectIdentifier
			Algorithm pkix.AlgorithmIdentifier
			Encrypted asn1.RawValue `asn1:"optional,tag:0"`
		}
	}
	switch {
	case safe.Type.Equal(oidData) && octets(safe.Content, &bags):
		return a.addBags(bags, maxDepth)
	case safe.Type.Equal(oidEncryptedData) && unmarshalAll(safe.Content.Bytes, &data) == nil:
		a.addRounds(roundsOf(data.Content.Algorithm))
		if encrypted := &data.Content.Encrypted; encrypted.IsCompound { // in pieces, as BER allows
			*encrypted = asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: joined(encrypted.Bytes)}
		}
		a.safes = append(a.safes, contentInfo{safe.Type, inContext(encoded(data))})
		return nil
	}
	return a.file.refuse(damagedArchive+", or a part of it is encrypted with a public key", adviceOfArchive)
}

// addBags sorts the bags of a safe. Other kinds than keys and certificates are passed over.
func (a *archive) addBags(bags []safeBag, depth int) error {
	for _, bag := range bags {
		switch bag.ID.String() {
		case oidBags + "1": // a key
			a.plain = append(a.plain, &pem.Block{Type: "PRIVATE KEY", Bytes: bag.Value.Bytes})
		case oidBags + "2": // an encrypted key
			open, err := decryptPKCS8(a.file, &pem.Block{Bytes: bag.Value.Bytes})
			if err != nil {
				err.Advice = adviceOfArchive
				return err
			}
			var info encryptedKeyInfo
			unmarshalAll(bag.Value.Bytes, &info)
			a.addRounds(roundsOf(info.Algorithm))
			a.keys = append(a.keys, open)
		case oidBags + "3": // a certificate
			var certificate struct {
				ID    asn1.ObjectIdentifier
				Value []byte `asn1:"explicit,tag:0"`
			}
			unmarshalAll(bag.Value.Bytes, &certificate)
			a.plain = append(a.plain, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Value})
		case oidBags + "6": // bags
			var inner []safeBag
			if depth == 0 || unmarshalAll(bag.Value.Bytes, &inner) != nil {
				return a.file.refuse(damagedArchive, "")
			}
			if err := a.addBags(inner, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// open has the library check the MAC and decrypt the archive. Of one that it refuses as a
// whole, each part is decrypted by itself.
func (a *archive) open(password string) ([]*pem.Block, error) {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r > 0xffff }) {
		return nil, a.file.refuse("a password that is no UTF-8, or has characters beyond U+FFFF, opens no PKCS#12 archive here", adviceOfArchive)
	}
	blocks, err := decodeArchive(a.der, password)
	if err == nil || a.hasMAC && isAboutMAC(err) {
		return blocks, a.file.refuseArchive(err)
	}
	blocks = slices.Clone(a.plain)
	for _, safe := range a.safes {
		found, err := decodeArchive(repacked(safe, password), password)
		if err != nil {
			return nil, a.file.refuseArchive(err)
		}
		blocks = append(blocks, found...)
	}
	for _, open := range a.keys {
		block := open(password)
		if block == nil {
			return nil, a.file.wrongPassword()
		}
		blocks = append(blocks, block)
	}
	return blocks, nil
}
