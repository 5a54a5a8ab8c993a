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

// Size limits of configuration and token files. ini.v1 takes minutes for a megabyte of sections.
const (
	maxConfigBytes = 1 << 20
	maxINIBytes    = 128 << 10
)

// readConfigFile reads a file with an identity, without a byte order mark. It follows symbolic
// links. It fails with [fs.ErrNotExist] if there is no such file; errors repeat nothing of the
// content. It opens only regular files, since a named pipe would block.
func readConfigFile(path string, limit int) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, syscall.ENOTDIR): // for HOME=/dev/null, as in some services
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, unreadable(path, err)
	case !info.Mode().IsRegular():
		return nil, badFile(path + " is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer file.Close()
	data, err := wire.ReadUpTo(file, limit)
	switch {
	case errors.Is(err, wire.ErrTooLong):
		return nil, badFile(fmt.Sprintf("%s is over %d KiB long", path, limit>>10))
	case err != nil:
		return nil, unreadable(path, err)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil // written by PowerShell
}

func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case errors.Is(err, fs.ErrPermission):
		return &Error{
			Reason: "no permission to read " + path,
			Advice: "check HOME, which may be another user's, and the file's permissions: mqttca never falls back to another identity",
		}
	}
	return badFile(path + " cannot be read")
}

// readNamed is [readConfigFile] for a file which a variable may name instead of the one in the home
// directory: a named file must exist.
func readNamed(path, variable string, limit int) ([]byte, error) {
	data, err := readConfigFile(path, limit)
	if errors.Is(err, fs.ErrNotExist) && getenv(variable) != "" {
		return nil, &Error{Reason: fmt.Sprintf("%s names %s, which does not exist", variable, path), Advice: "correct the variable, or unset it"}
	}
	return data, err
}

// configuration is the supported part of ~/.aliyun/config.json.
type configuration struct {
	Current  *string           `json:"current"`  // nil: "default", as in the CLI
	Profiles []json.RawMessage `json:"profiles"` // decoded one at a time: others may be malformed
}

// findCLIProfile finds a profile of the CLI, the current one if name is "".
func findCLIProfile(name string) (p profile, found bool, err error) {
	config, err := readConfiguration()
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	if name != "" || config.Current == nil {
		return config.profile(cmp.Or(name, "default"))
	}
	p, found, err = config.profile(*config.Current)
	if err == nil && !found && *config.Current != "" {
		err = badFile(fmt.Sprintf("%s names %q as its current profile, but does not contain it", configPath(), *config.Current))
	}
	return p, found, err
}

// ProfileNames returns the names in the CLI's configuration for completion; none if it is
// unreadable.
func ProfileNames() []string {
	config, err := readConfiguration()
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

// profile finds a profile. No profile has an empty name.
func (c *configuration) profile(name string) (p profile, found bool, err error) {
	for _, data := range c.Profiles {
		if name != "" && profileName(data) == name {
			p, err = decodeProfile(data)
			p.config = c
			return p, err == nil, err
		}
	}
	return p, false, nil
}

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
		setting := odd.Field[strings.LastIndexByte(odd.Field, '.')+1:] // after the name of an embedded struct
		return p, badFile(fmt.Sprintf("profile %q of %s cannot be read: %s has the wrong type", profileName(data), configPath(), setting))
	}
	if p.Mode == "" {
		p.Mode = p.impliedMode()
	}
	return p, nil
}

// readConfiguration parses the file itself: the library's error for a malformed file repeats all of
// it, including secrets.
func readConfiguration() (*configuration, error) {
	data, err := readNamed(configPath(), EnvConfigFile, maxConfigBytes)
	if err != nil {
		return nil, err
	}
	var config configuration
	if err := json.Unmarshal(data, &config); err != nil {
		return nil, badFile(configPath() + " is not a valid JSON configuration of the aliyun CLI")
	}
	return &config, nil
}

func configPath() string { return cmp.Or(getenv(EnvConfigFile), atHome(".aliyun", "config.json")) }

func atHome(folder, name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/nonexistent" // Debian's home of users without one
	}
	return filepath.Join(home, folder, name)
}
