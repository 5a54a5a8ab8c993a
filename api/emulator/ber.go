package emulator

import (
	"bytes"
	"encoding/asn1"
)

// maxDepth bounds the nesting of elements.
const maxDepth = 40

// An element is a value of BER (X.690, section 8). OpenSSL, but not asn1, reads these forms in
// certificates: an indefinite length, a length with more octets than needed, and a string in pieces.
type element struct {
	raw          []byte // in its original encoding
	der, content []byte // in DER
	parts        []element
}

// readElement reads the first element in data. If there is none, its raw is nil.
func readElement(data []byte, depth int) (e element, rest []byte) {
	header, length := measure(data)
	if header == 0 || depth == 0 || length < 0 && data[0]&0x20 == 0 {
		return element{}, nil
	}
	tag, end := data[0], len(data)
	if length >= 0 {
		end = header + length
	}
	content, inPieces := data[header:end], tag&0x20 != 0 && isString(tag&^0x20)
	if e.content = content; tag&0x20 != 0 {
		e.content = nil
		for len(content) > 0 && (length >= 0 || !bytes.HasPrefix(content, []byte{0, 0})) {
			var part element
			if part, content = readElement(content, depth-1); part.raw == nil {
				return element{}, nil
			}
			if e.parts = append(e.parts, part); inPieces {
				e.content = append(e.content, part.content...)
			} else {
				e.content = append(e.content, part.der...)
			}
		}
	}
	if length < 0 {
		if len(content) == 0 {
			return element{}, nil
		}
		end -= len(content) - 2
	}
	e.raw, e.der = data[:end], encode(tag, inPieces, e.content)
	return e, data[end:]
}

// measure returns the lengths of an element's header and content; -1 means an indefinite length.
// The header is 0 if the element is incomplete, and for tags of several octets.
func measure(data []byte) (header, length int) {
	if len(data) < 2 || data[0]&0x1f == 0x1f {
		return 0, 0
	}
	header, length = 2, int(data[1])
	switch {
	case length == 0x80:
		return header, -1
	case length > 0x80:
		header, length = header+length&0x7f, 0
		for _, octet := range data[2:min(header, len(data))] {
			if length = length<<8 | int(octet); length > len(data) {
				return 0, 0
			}
		}
	}
	if length > len(data)-header {
		return 0, 0
	}
	return header, length
}

// isString reports BIT STRING, OCTET STRING, and the types of text and time (X.690, sections 8.6,
// 8.7, 8.23).
func isString(tag byte) bool {
	return tag == asn1.TagBitString || tag == asn1.TagOctetString || tag == asn1.TagUTF8String || tag > asn1.TagSet && tag < 0x1f
}

func encode(tag byte, inPieces bool, content []byte) []byte {
	value := asn1.RawValue{Class: int(tag >> 6), Tag: int(tag & 0x1f), IsCompound: tag&0x20 != 0 && !inPieces, Bytes: content}
	der, _ := asn1.Marshal(value) // never fails
	return der
}
