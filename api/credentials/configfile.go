package credentials

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"mqttca/api/wire"
)

// maxConfigBytes is the limit for configuration and token files.
const maxConfigBytes = 1 << 20

// readConfigFile reads a file that says who its user is, without a byte order mark. It
// follows symbolic links. It fails with [fs.ErrNotExist] if there is no such file; an error
// repeats nothing of the content. It opens only regular files, since a named pipe would
// block.
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

// configuration is the part of ~/.aliyun/config.json that is read here.
type configuration struct {
	Current  string            `json:"current"`
	Profiles []json.RawMessage `json:"profiles"` // decoded one at a time: the others may be malformed
}

// findCLIProfile finds a profile of the CLI, the current one if the name is "".
func findCLIProfile(name string) (p profile, found bool, err error) {
	config, err := readConfiguration(configPath())
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	p, found, err = config.profile(name)
	if err == nil && !found && name == "" && config.Current != "" {
		err = badFile(fmt.Sprintf("%s has no profile %q, which it calls the current one", configPath(), config.Current))
	}
	return p, found, err
}

// ProfileNames are the names in the CLI's configuration, to be offered; none if it cannot
// be read.
func ProfileNames() []string {
	config, err := readConfiguration(configPath())
	if err != nil {
		return nil
	}
	var names []string
	for _, data := range config.Profiles {
		if name := profileName(data); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// profile finds a profile, the current one if the name is "".
func (c *configuration) profile(name string) (p profile, found bool, err error) {
	if name = cmp.Or(name, c.Current); name == "" {
		return p, false, nil
	}
	for _, data := range c.Profiles {
		if profileName(data) == name {
			p, err = decodeProfile(data)
			p.config = c
			return p, err == nil, err
		}
	}
	return p, false, nil
}

// profileName is the name of a profile, "" if it has none.
func profileName(data json.RawMessage) string {
	var named struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(data, &named) != nil {
		return ""
	}
	return named.Name
}

func decodeProfile(data json.RawMessage) (p profile, err error) {
	if odd, ok := errors.AsType[*json.UnmarshalTypeError](json.Unmarshal(data, &p)); ok {
		setting := odd.Field[strings.LastIndexByte(odd.Field, '.')+1:] // behind the name of an embedded struct
		return p, badFile(fmt.Sprintf("profile %q of %s cannot be read: its %s is of another type", profileName(data), configPath(), setting))
	}
	return p, nil
}

// readConfiguration parses the file itself: the library's error for a malformed
// one repeats it whole, secrets included.
func readConfiguration(path string) (*configuration, error) {
	data, err := readConfigFile(path)
	if err != nil {
		return nil, err
	}
	var config configuration
	if err := json.Unmarshal(data, &config); err != nil {
		return nil, badFile(path + " is not the JSON that the aliyun CLI writes")
	}
	return &config, nil
}

// configPath is the path of the aliyun CLI's configuration.
func configPath() string { return cmp.Or(getenv(EnvConfigFile), atHome(".aliyun", "config.json")) }

// atHome is a path in the home folder.
func atHome(folder, name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/nonexistent" // as Debian names the home of users without one
	}
	return filepath.Join(home, folder, name)
}
