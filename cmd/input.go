package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// An input is a kind of file that people hand over: its name, and the size that is far
// more than such a file has.
type input struct {
	name string
	most int64
}

var (
	passwordInput = input{"a password file", 4 << 10}
	codeInput     = input{"a code file", 4 << 10}
	documentInput = input{"a request or bundle", 1 << 20}
	receiptInput  = input{"a receipt", 1 << 20}
)

var errUTF16 = errors.New("it is UTF-16 text, as PowerShell's > writes it")

// read reads a file whole, - for standard input. It refuses a file that is larger than
// such a file can be, and text in UTF-16, and drops a byte order mark.
func (a *app) read(path string, kind input) ([]byte, error) {
	source := a.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, cannotRead(path, err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, kind.most+1))
	text := strings.TrimPrefix(string(data), "\ufeff")
	switch {
	case err != nil:
		return nil, cannotRead(path, err)
	case int64(len(data)) > kind.most:
		return nil, cannotRead(path, fmt.Errorf("it is larger than %s can be", kind.name))
	case strings.ContainsRune(text, 0):
		return nil, &fileError{"read", path, errUTF16, "save it as ASCII or UTF-8: Set-Content -Encoding ascii"}
	}
	return []byte(text), nil
}

// readDocument reads a JSON document.
func (a *app) readDocument(path string, document any) error {
	data, err := a.read(path, documentInput)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, document); err != nil {
		return cannotRead(path, fmt.Errorf("it is not the JSON that mqttca writes"))
	}
	return nil
}

// readCode reads a registration code, without the white space that editors and shells put
// around it.
func (a *app) readCode(path string) (string, error) {
	data, err := a.read(path, codeInput)
	return strings.TrimSpace(string(data)), err
}
