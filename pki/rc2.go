package pki

import (
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
)

// rc2Block is the block size of RC2 in octets.
const rc2Block = 8

// rc2Table is PITABLE of RFC 2268 section 2.
var rc2Table = "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32" +
	"bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626" +
	"6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a" +
	"961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731" +
	"2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e" +
	"c5f3db47e5a59c770aa62068fe7fc1ad"

// An rc2 decrypts with RC2 (RFC 2268), which Windows, Java and OpenSSL long encrypted the
// certificates of a PKCS#12 archive with. It can't encrypt: nothing should.
type rc2 struct {
	cipher.Block
	keys [64]uint16
}

// newRC2 expands a key whose effective length is its length.
func newRC2(key []byte) (cipher.Block, error) {
	table, err := hex.DecodeString(rc2Table)
	if err != nil {
		return nil, err
	}
	var expanded [128]byte
	n := copy(expanded[:], key)
	for i := n; i < len(expanded); i++ {
		expanded[i] = table[expanded[i-1]+expanded[i-n]]
	}
	expanded[128-n] = table[expanded[128-n]]
	for i := 127 - n; i >= 0; i-- {
		expanded[i] = table[expanded[i+1]^expanded[i+n]]
	}
	var c rc2
	for i := range c.keys {
		c.keys[i] = binary.LittleEndian.Uint16(expanded[2*i:])
	}
	return &c, nil
}

func (*rc2) BlockSize() int { return rc2Block }

// Decrypt undoes five, six and five rounds of mixing with a round of mashing between them.
func (c *rc2) Decrypt(dst, src []byte) {
	var word [4]uint16
	for i := range word {
		word[i] = binary.LittleEndian.Uint16(src[2*i:])
	}
	for round := 15; round >= 0; round-- {
		c.unmix(&word, round)
		if round == 11 || round == 5 {
			c.unmash(&word)
		}
	}
	for i := range word {
		binary.LittleEndian.PutUint16(dst[2*i:], word[i])
	}
}

func (c *rc2) unmix(word *[4]uint16, round int) {
	shifts := [4]uint{1, 2, 3, 5}
	for i := 3; i >= 0; i-- {
		a, b, d := word[(i+3)&3], word[(i+2)&3], word[(i+1)&3]
		rotated := word[i]>>shifts[i] | word[i]<<(16-shifts[i])
		word[i] = rotated - c.keys[4*round+i] - (a & b) - (^a & d)
	}
}

func (c *rc2) unmash(word *[4]uint16) {
	for i := 3; i >= 0; i-- {
		word[i] -= c.keys[word[(i+3)&3]&63]
	}
}
