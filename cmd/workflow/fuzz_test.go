package workflow

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A serial number written in any of the service's manners is found again, one more or
// less is not, and no text panics.
func FuzzSnEqual(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "fuzz", "serials.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f.Add(strings.TrimSpace(line), []byte(line))
	}
	f.Fuzz(func(t *testing.T, text string, number []byte) {
		if len(number) > 256 {
			number = number[:256] // a certificate's serial number is shorter by far
		}
		serial := new(big.Int).SetBytes(number)
		snEqual(text, serial)
		hex := serial.Text(16)
		if len(hex)%2 == 1 {
			hex = "0" + hex
		}
		var colons []string
		for i := 0; i < len(hex); i += 2 {
			colons = append(colons, hex[i:i+2])
		}
		for _, written := range []string{hex, "00" + hex, strings.ToUpper(hex), strings.Join(colons, ":")} {
			if !snEqual(written, serial) {
				t.Errorf("%q is not found to be %v", written, serial)
			}
			if next := new(big.Int).Add(serial, big.NewInt(1)); snEqual(written, next) {
				t.Errorf("%q is found to be %v", written, next)
			}
		}
	})
}
