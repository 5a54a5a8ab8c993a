package emulator

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
)

// uuidLength is how many characters a UUID has.
const uuidLength = 36

// defaultCodeLength is that of the vendor's example: a UUID with ten digits behind it.
const defaultCodeLength = 46

// newRegisterCode makes a code of the shape in the vendor's example: a UUID with digits behind it, length characters in all.
func newRegisterCode(length int) string {
	var b strings.Builder
	b.WriteString(newUUID())
	for b.Len() < length {
		var random [8]byte
		rand.Read(random[:])
		fmt.Fprintf(&b, "%010d", binary.BigEndian.Uint64(random[:])%10_000_000_000)
	}
	return b.String()[:length]
}

// newRequestID makes an id of the shape in the vendor's examples: a UUID in upper case.
func newRequestID() string { return strings.ToUpper(newUUID()) }

// newUUID makes a random UUID (RFC 9562, version 4). crypto/rand cannot fail: it ends the program instead.
func newUUID() string {
	var u [16]byte
	rand.Read(u[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
