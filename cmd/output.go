package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A fileError is a file of the command line that could not be read or written.
type fileError struct {
	action string // read or write
	path   string
	reason error
	hint   string
}

// Error leaves out the paths repeated by errors of package os, also those of temporary files.
func (e *fileError) Error() string {
	reason := e.reason
	if errors.Is(reason, fs.ErrNotExist) {
		reason = errors.New(map[bool]string{true: "no such folder", false: "no such file"}[e.action == "write"])
	} else if path, ok := errors.AsType[*fs.PathError](reason); ok {
		reason = path.Err
	} else if link, ok := errors.AsType[*os.LinkError](reason); ok {
		reason = link.Err
	}
	return fmt.Sprintf("%s %s: %s", e.action, e.path, reason)
}

func (e *fileError) Unwrap() error { return e.reason }

func cannotRead(path string, reason error) error { return &fileError{"read", path, reason, ""} }

func cannotWrite(path string, reason error) error { return &fileError{"write", path, reason, ""} }

var (
	errExists     = errors.New("the file exists")
	errNotRegular = errors.New("it is not a regular file")
	errInput      = errors.New("it is one of the input files")
)

const anotherFile = "name another file, or give --force to replace this one"

// checkOutput fails if writeFile would fail, as far as this is known beforehand: no signature is
// made if its file cannot be written. Not even force replaces an input: a slip must not cost a CA
// key.
func checkOutput(path string, force bool, inputs ...string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return cannotWrite(path, err)
	case !info.Mode().IsRegular():
		return cannotWrite(path, errNotRegular)
	case isOneOf(info, inputs):
		return &fileError{"write", path, errInput, "name another file"}
	case !force:
		return &fileError{"write", path, errExists, anotherFile}
	}
	return checkFolder(filepath.Dir(path), path)
}

func isOneOf(output fs.FileInfo, inputs []string) bool {
	return slices.ContainsFunc(inputs, func(input string) bool {
		info, err := os.Stat(input)
		return err == nil && os.SameFile(info, output)
	})
}

func checkFolder(folder, path string) error {
	probe, err := os.CreateTemp(folder, ".mqttca-*")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(probe.Name())
	_, err = probe.Write(make([]byte, probeSize))
	if err := errors.Join(err, probe.Close()); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// probeSize is larger than any file written here: a full disk shows before anything is signed.
const probeSize = 32 << 10

// A file is a file to write.
type file struct {
	path string
	data []byte
}

// writeFile writes a file whole or not at all; see writeFiles.
func writeFile(path string, data []byte, mode fs.FileMode, force bool) error {
	return writeFiles([]file{{path, data}}, mode, force)
}

// writeFiles writes files whole, all or none: it writes them next to their places first and moves
// them there. Without force it leaves an existing file alone, also a file made meanwhile.
func writeFiles(files []file, mode fs.FileMode, force bool) (err error) {
	temporary := make([]string, len(files))
	for i, f := range files {
		if err := checkOutput(f.path, force); err != nil {
			return err
		}
		if temporary[i], err = writeBeside(f.path, f.data, mode); err != nil {
			return cannotWrite(f.path, err)
		}
		defer os.Remove(temporary[i])
	}
	place := placeNew
	if force {
		place = os.Rename
	}
	for i, f := range files {
		switch err := place(temporary[i], f.path); {
		case errors.Is(err, fs.ErrExist):
			return &fileError{"write", f.path, errExists, anotherFile}
		case err != nil:
			return cannotWrite(f.path, err)
		}
		defer func() {
			if err != nil && !force {
				os.Remove(f.path)
			}
		}()
		syncFolder(filepath.Dir(f.path))
	}
	return nil
}

// syncFolder brings the name of a new file to the disk. If a system cannot do so, nothing is
// spoilt.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		folder.Sync()
		folder.Close()
	}
}

// placeNew moves a file to a free place. A link fails if a file was made there meanwhile; on a file
// system without links, such as a memory stick, placeNew claims the place first.
func placeNew(temporary, path string) error {
	err := os.Link(temporary, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return placeClaimed(temporary, path)
}

func placeClaimed(temporary, path string) error {
	claim, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	claim.Close()
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(path) // the claim is empty
		return err
	}
	return nil
}

func writeBeside(path string, data []byte, mode fs.FileMode) (name string, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".mqttca-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
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
