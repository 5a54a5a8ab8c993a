package api

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"mqttca/api/wire"
)

// maxConfigBytes bounds what is read of a configuration.
const maxConfigBytes = 1 << 20

// readConfigFile reads a file that says who its user is. Of symbolic links the file at
// their end counts. An error says nothing of what is in it, and wraps [fs.ErrNotExist]
// where there is none. Only a regular file is opened: a named pipe would keep it waiting.
func readConfigFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case errors.Is(err, syscall.ENOTDIR): // with HOME=/dev/null, as some services have it
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, badFile(path + " cannot be read")
	case !info.Mode().IsRegular():
		return nil, badFile(path + " is not a file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, badFile(path + " cannot be read")
	}
	defer file.Close()
	data, err := wire.ReadUpTo(file, maxConfigBytes)
	switch {
	case errors.Is(err, wire.ErrTooLong):
		return nil, badFile(fmt.Sprintf("%s is over %d MiB long", path, maxConfigBytes>>20))
	case err != nil:
		return nil, badFile(path + " cannot be read")
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil // as PowerShell writes it
}
