package emulator

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
)

// newRegisterCode makes a code of the shape in the vendor's example: a UUID with ten digits behind it, 46 characters.
func newRegisterCode() string {
	var random [8]byte
	rand.Read(random[:])
	return fmt.Sprintf("%s%010d", newUUID(), binary.BigEndian.Uint64(random[:])%10_000_000_000)
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
