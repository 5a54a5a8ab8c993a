package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

var (
	errExists     = errors.New("the file exists")
	errNotRegular = errors.New("it is not a regular file")
)

// checkOutput fails where writeFile would, as far as that can be told beforehand: a
// signature should not be made for a file that cannot be written.
func checkOutput(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkFolder(path)
	case err != nil:
		return cannotWrite(path, err)
	case !info.Mode().IsRegular():
		return cannotWrite(path, errNotRegular)
	case !force:
		return &fileError{"write", path, errExists, "name another file, or give --force to replace this one"}
	}
	return checkFolder(path)
}

func checkFolder(path string) error {
	probe, err := os.CreateTemp(filepath.Dir(path), ".mqttca-*")
	if err != nil {
		return cannotWrite(path, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return nil
}

// writeFile writes a file whole or not at all: beside its place first, then moved
// there. Without force an existing file, also one that came up meanwhile, stays.
func writeFile(path string, data []byte, mode fs.FileMode, force bool) error {
	if err := checkOutput(path, force); err != nil {
		return err
	}
	temporary, err := writeBeside(path, data, mode)
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(temporary)
	place := os.Link // fails where the file exists
	if force {
		place = os.Rename
	}
	if err := place(temporary, path); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func writeBeside(path string, data []byte, mode fs.FileMode) (name string, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".mqttca-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	if _, err := file.Write(data); err != nil {
		return "", err
	}
	if err := file.Chmod(mode); err != nil {
		return "", err
	}
	return file.Name(), file.Sync()
}
