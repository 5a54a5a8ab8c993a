package pki

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"
	"unicode/utf8"
)

// An archive is a PKCS#12 file (RFC 7292), taken apart as far as that needs no password: the
// work that the rest asks for is known before anything is derived from one. It may be in BER.
type archive struct {
	der               []byte
	safes             []contentInfo // in DER, without attributes
	hasMAC, encrypted bool          // encrypted also if only the MAC needs the password
	rounds            int64         // of all parts, or -1 if one does not say for how many it asks
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
	damagedArchive  = "its PKCS#12 archive is cut short or altered"
	adviceOfArchive = "openssl pkcs12 -legacy -in FILE -out ca.pem writes key and certificate in a form that is read"
)

// openArchive reads the keys of a PKCS#12 archive, and its certificates into the bundle.
func openArchive(b *bundle, ber []byte, password Password) ([]crypto.Signer, error) {
	a, err := parseArchive(b.file, ber)
	if err != nil {
		return nil, err
	}
	b.file.unsealed = !a.hasMAC
	if !a.encrypted {
		password = func(string) (string, error) { return "", nil }
	}
	var blocks []*pem.Block
	err = b.file.unlock(password, func(text string) (err error) {
		blocks, err = a.open(b.file, text)
		return err
	})
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
	return found.result(b.file.refuse("its PKCS#12 archive holds no private key", "export it anew together with its private key"))
}

func parseArchive(f *file, ber []byte) (*archive, error) {
	a := &archive{}
	var pfx pfx
	var safes []contentInfo
	a.der, _ = toDER(ber, maxDepth)
	damaged := unmarshalAll(a.der, &pfx) != nil
	switch {
	case !damaged && !pfx.Safes.Type.Equal(oidData):
		return nil, f.refuse("its PKCS#12 archive is signed or enveloped, not protected by a password", adviceOfArchive)
	case damaged || !octets(pfx.Safes.Content, &safes):
		return nil, f.refuse(damagedArchive, "")
	}
	if a.hasMAC = len(pfx.MAC.Digest.Algorithm.Algorithm) > 0; a.hasMAC {
		a.addRounds(pfx.MAC.rounds())
	}
	for _, safe := range safes {
		if !a.addSafe(safe) {
			return nil, f.refuse(damagedArchive+", or a part of it is encrypted with a public key", adviceOfArchive)
		}
	}
	switch {
	case a.rounds < 0:
		return nil, f.refuse("its encryption does not say for how many rounds of key derivation it asks", adviceOfArchive)
	case a.rounds > maxArchiveRounds:
		return nil, f.refuse(fmt.Sprintf("its encryption asks for %d rounds of key derivation in all, and up to %d are taken", a.rounds, maxArchiveRounds), adviceOfArchive)
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

func (a *archive) addSafe(safe contentInfo) bool {
	var bags []safeBag
	var data encryptedData
	switch {
	case safe.Type.Equal(oidData) && octets(safe.Content, &bags):
		for _, bag := range bags {
			var key struct{ Algorithm pkix.AlgorithmIdentifier }
			if bag.ID.Equal(oidEncryptedKey) && unmarshalAll(bag.Value.Bytes, &key) == nil {
				a.addRounds(roundsOf(key.Algorithm))
			}
		}
		safe = dataOf(bags)
	case safe.Type.Equal(oidEncryptedData) && unmarshalAll(safe.Content.Bytes, &data) == nil:
		a.addRounds(roundsOf(data.Content.Algorithm))
		if encrypted := &data.Content.Encrypted; encrypted.IsCompound { // in pieces, as BER allows
			*encrypted = asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: joined(encrypted.Bytes)}
		}
		safe.Content = inContext(encoded(data))
	default:
		return false
	}
	a.safes = append(a.safes, safe)
	return true
}

// addRounds adds those of one part. The sum does not overflow: no file has 2^20 parts.
func (a *archive) addRounds(rounds int) {
	a.encrypted = true
	if rounds < 1 || a.rounds < 0 {
		a.rounds = -1
		return
	}
	a.rounds += min(int64(rounds), 1<<42)
}

// open has the library check the MAC and decrypt the archive. Of one that it refuses as a
// whole, each part is decrypted by itself.
func (a *archive) open(f *file, password string) ([]*pem.Block, error) {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r > 0xffff }) {
		return nil, f.refuse("a password that is no UTF-8, or has characters beyond U+FFFF, opens no PKCS#12 archive here", adviceOfArchive)
	}
	blocks, err := decodeArchive(a.der, password)
	if err == nil || a.hasMAC && isAboutMAC(err) {
		return blocks, f.refuseArchive(err)
	}
	for _, safe := range a.safes {
		found, err := decodeArchive(repacked(safe, password), password)
		if err != nil {
			return nil, f.refuseArchive(err)
		}
		blocks = append(blocks, found...)
	}
	return blocks, nil
}
