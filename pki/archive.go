package pki

import (
	"cmp"
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An archive is a PKCS#12 file (RFC 7292), parsed as far as possible without a password, so the
// cost of every key derivation is known before the first one starts. The file may be in BER.
type archive struct {
	der               []byte
	parts             []part
	hasMAC, encrypted bool  // encrypted is also true if only the MAC needs the password
	rounds            int64 // total over all parts, or -1 if a part does not state its rounds
}

// A part of an archive is an encrypted safe, or one bag of a plain safe.
type part struct {
	safe contentInfo // in DER, without attributes
	key  *pem.Block  // the private key in the bag, encrypted or not, or nil
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
}

// A safeBag omits the attributes of the bag: keys and certificates are matched without them.
type safeBag struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"explicit,tag:0"`
}

// maxArchiveRounds bounds the total over all parts of an archive: NSS uses 600,000 each for MAC,
// certificate and key.
const maxArchiveRounds = 3 * maxRounds

const (
	damagedArchive  = "its PKCS#12 archive is cut short or altered"
	adviceOfArchive = "write key and certificate in a supported form: openssl pkcs12 -legacy -in FILE -out ca.pem"
)

// openArchive reads the keys of a PKCS#12 archive, and adds its certificates to the bundle.
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
	return found.result(b.file.refuse("its PKCS#12 archive holds no private key", "export it again with its private key"))
}

func parseArchive(f *file, ber []byte) (*archive, error) {
	a := &archive{der: asDER(ber)}
	var pfx pfx
	var safes []contentInfo
	damaged := !unmarshalAll(a.der, &pfx)
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
		return nil, f.refuse("its encryption lacks the number of key derivation rounds", adviceOfArchive)
	case a.rounds > maxArchiveRounds:
		return nil, f.refuse(fmt.Sprintf("its encryption needs %d rounds of key derivation in all; the limit is %d", a.rounds, maxArchiveRounds), adviceOfArchive)
	}
	return a, nil
}

// octets unmarshals the content of an OCTET STRING in BER.
func octets(value asn1.RawValue, inside any) bool {
	var content []byte
	return unmarshalAll(value.Bytes, &content) && unmarshalAll(asDER(content), inside)
}

func (a *archive) addSafe(safe contentInfo) bool {
	var bags []safeBag
	var data encryptedData
	switch {
	case safe.Type.Equal(oidData) && octets(safe.Content, &bags):
		for _, bag := range bags {
			a.addBag(bag)
		}
		return true
	case safe.Type.Equal(oidEncryptedData) && unmarshalAll(safe.Content.Bytes, &data):
		a.addRounds(roundsOf(data.Content.Algorithm))
		if encrypted := &data.Content.Encrypted; encrypted.IsCompound { // in pieces, as BER allows
			*encrypted = asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: joined(encrypted.Bytes)}
		}
		safe.Content = inContext(encoded(data))
	default:
		return false
	}
	a.parts = append(a.parts, part{safe: safe})
	return true
}

// addBag ignores secret keys, revocation lists and unknown bags.
func (a *archive) addBag(bag safeBag) {
	p := part{safe: dataOf([]safeBag{bag})}
	switch {
	case bag.ID.Equal(oidKey):
		p.key = &pem.Block{Type: "PRIVATE KEY", Bytes: bag.Value.Bytes}
	case bag.ID.Equal(oidEncryptedKey):
		p.key = &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: bag.Value.Bytes}
		var key struct{ Algorithm pkix.AlgorithmIdentifier }
		if unmarshalAll(bag.Value.Bytes, &key) {
			a.addRounds(roundsOf(key.Algorithm))
		}
	case !bag.ID.Equal(oidCertificate):
		return
	}
	a.parts = append(a.parts, p)
}

// addRounds adds the rounds of one part. The sum can't overflow: no file has 2^20 parts.
func (a *archive) addRounds(rounds int) {
	a.encrypted = true
	if rounds < 1 || a.rounds < 0 {
		a.rounds = -1
		return
	}
	a.rounds += min(int64(rounds), 1<<42)
}

// open checks the MAC and decrypts the archive with the library. If the library refuses the archive
// as a whole, open decrypts each part on its own, and ignores undecryptable keys if at least one
// key decrypts.
func (a *archive) open(f *file, password string) ([]*pem.Block, error) {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r > 0xffff }) {
		return nil, f.refuse("the password of a PKCS#12 archive must be UTF-8 without characters beyond U+FFFF", adviceOfArchive)
	}
	blocks, err := decodeArchive(a.der, password)
	if err == nil || a.hasMAC && isAboutMAC(err) {
		return blocks, f.refuseArchive(err)
	}
	var refused error
	for _, p := range a.parts {
		found, err := p.open(f, password)
		switch {
		case err != nil && p.key == nil:
			return nil, err
		case err != nil:
			refused = cmp.Or(refused, err)
		}
		blocks = append(blocks, found...)
	}
	if slices.ContainsFunc(blocks, func(b *pem.Block) bool { return b.Type == "PRIVATE KEY" }) {
		return blocks, nil
	}
	return blocks, refused
}

// open decrypts a part. It decrypts a key itself if it can, to name or skip unsupported keys; the
// library decrypts everything else.
func (p part) open(f *file, password string) ([]*pem.Block, error) {
	if p.key != nil && p.key.Type == "PRIVATE KEY" {
		return []*pem.Block{p.key}, nil
	}
	if p.key != nil {
		if decrypt, reason, _ := parseEncrypted(p.key); reason == "" {
			der, _ := firstDER(decrypt(password))
			if kindOf(der) == "" {
				return nil, f.wrongPassword()
			}
			return []*pem.Block{{Type: "PRIVATE KEY", Bytes: der}}, nil
		}
	}
	blocks, err := decodeArchive(repacked(p.safe, password), password)
	return blocks, f.refuseArchive(err)
}
