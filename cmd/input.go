package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode"

	"mqttca/pki"
)

// The most bytes read of a file with one line, and of a document: far more than such a file has.
const (
	lineSize     = 4 << 10
	documentSize = 1 << 20
)

// read reads a text file whole, - for standard input. It refuses a file over the limit, and text in
// UTF-16, and drops a byte order mark.
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

// checkRegular refuses a file that is not regular, such as a named pipe without a writer. It allows
// paths below /dev: standard input, and a shell's process substitution.
func checkRegular(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() || strings.HasPrefix(path, "/dev/") {
		return nil
	}
	return cannotRead(path, errNotRegular)
}

// readDocument reads a JSON document written by mqttca.
func (c *console) readDocument(path string, document any) error {
	return c.readDocumentOf(path, documentSize, document)
}

func (c *console) readDocumentOf(path string, limit int, document any) error {
	text, err := c.read(path, limit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), document); err != nil {
		return cannotRead(path, fmt.Errorf("it is not the JSON that mqttca writes"))
	}
	if err := checkKeys(json.NewDecoder(strings.NewReader(text))); err != nil {
		return cannotRead(path, err)
	}
	return nil
}

// checkKeys refuses a key given twice, or not spelt as mqttca spells keys: encoding/json takes
// Instance_ID for instance_id, and the last of both. It reads one value of valid JSON.
func checkKeys(decoder *json.Decoder) error {
	token, err := decoder.Token()
	if token != json.Delim('{') && token != json.Delim('[') {
		return err
	}
	seen := map[string]bool{}
	for decoder.More() {
		if token == json.Delim('{') {
			token, _ := decoder.Token()
			key := token.(string)
			if seen[key] || strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsUpper(r) }) {
				return fmt.Errorf("it is not the JSON that mqttca writes: the key %q is given twice, or misspelled", key)
			}
			seen[key] = true
		}
		if err := checkKeys(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// readCode reads a registration code, without the white space put around it by editors and shells.
func (c *console) readCode(path string) (string, error) {
	text, err := c.read(path, lineSize)
	return strings.TrimSpace(text), err
}
