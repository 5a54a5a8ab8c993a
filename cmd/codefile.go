package cmd

import (
	"errors"
	"io"
	"os"
	"strings"
)

var errUTF16 = errors.New("it is UTF-16 text, as PowerShell's > writes it")

// maxCodeFile is far more than a code can have: 64 characters.
const maxCodeFile = 4096

// readCode takes the code as given, or from a file without the white space and the
// byte order mark that editors and shells leave around it.
func (a *app) readCode(o signOptions) (string, error) {
	if o.codeFile == "" {
		return o.code, nil
	}
	source := a.in
	if o.codeFile != "-" {
		file, err := os.Open(o.codeFile)
		if err != nil {
			return "", cannotRead(o.codeFile, err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxCodeFile))
	if err != nil {
		return "", cannotRead(o.codeFile, err)
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	if strings.ContainsRune(text, 0) {
		return "", &fileError{"read", o.codeFile, errUTF16, "save it as ASCII or UTF-8: Set-Content -Encoding ascii"}
	}
	return text, nil
}
