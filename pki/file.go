package pki

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// maxFileSize bounds what is read of a file. A bundle of a hundred CAs has some
// 200 KB; a path such as /dev/zero has no end.
const maxFileSize = 1 << 20

// file is the content of a file together with what to call it in an error.
type file struct {
	role string      // "CA key"
	path string      // "" for what did not come from a file
	mode fs.FileMode // 0 for what did not come from a file
	data []byte
}

// contents names what a file of a role holds, for [CheckPath].
var contents = map[string]string{keyRole: "key", caRole: "certificate", verificationRole: "certificate", pinRole: "PIN"}

// readFile reads the file at path. A named pipe will do, as a shell makes for a
// process substitution. An error never shows a path that is the content of a file.
func readFile(role, path string) (*file, error) {
	if err := CheckPath(role, contents[role], path); err != nil {
		return nil, err
	}
	f := &file{role: role, path: path}
	opened, err := os.Open(path)
	if err != nil {
		if role == pinRole {
			f.path = "" // it may be the PIN itself
		}
		return nil, f.unreadable(err)
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return nil, f.unreadable(err)
	}
	if info.IsDir() {
		return nil, f.refuse("it is a directory", "")
	}
	f.mode = info.Mode()
	f.data, err = io.ReadAll(io.LimitReader(opened, maxFileSize+1))
	switch {
	case err != nil:
		return nil, f.unreadable(err)
	case len(f.data) > maxFileSize:
		return nil, f.refuse("it is larger than 1 MiB", "")
	case len(f.data) == 0:
		return nil, f.refuse("it is empty", "")
	}
	return f, nil
}

// object names the file in an error.
func (f *file) object() string {
	if f.path == "" {
		return f.role
	}
	return f.role + " " + f.path
}

// refuse is the error for a file whose content won't do.
func (f *file) refuse(reason, advice string) *Error {
	return &Error{Action: "read", Object: f.object(), Reason: reason, Advice: advice}
}

// unreadable is the error for a file that the system doesn't give. The path
// is dropped from what the system says, since the object names it already.
func (f *file) unreadable(err error) *Error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	refusal := f.refuse(err.Error(), "")
	refusal.Err = err
	if errors.Is(err, fs.ErrNotExist) {
		refusal.Reason = "no such file"
	}
	return refusal
}
