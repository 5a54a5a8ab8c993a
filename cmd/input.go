package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"mqttca/pki"
)

// The most that is read of a file with one line, and of a document: far more than such a
// file has.
const (
	lineSize     = 4 << 10
	documentSize = 1 << 20
)

// read reads a text file whole, - for standard input. It refuses a file that is larger than
// such a file can be, and text in UTF-16, and drops a byte order mark.
func (c *console) read(path string, limit int) (string, error) {
	source := c.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", cannotRead(path, err)
		}
		defer file.Close()
		source = file
	}
	data, err := pki.ReadAtMost(source, limit)
	if err != nil {
		return "", cannotRead(path, err)
	}
	text, err := pki.Text(data)
	if err != nil {
		return "", &fileError{"read", path, err, pki.AdviceOnUTF16}
	}
	return text, nil
}

// readDocument reads a JSON document.
func (c *console) readDocument(path string, document any) error {
	text, err := c.read(path, documentSize)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), document); err != nil {
		return cannotRead(path, fmt.Errorf("it is not the JSON that mqttca writes"))
	}
	return nil
}

// readCode reads a registration code, without the white space that editors and shells put
// around it.
func (c *console) readCode(path string) (string, error) {
	text, err := c.read(path, lineSize)
	return strings.TrimSpace(text), err
}
