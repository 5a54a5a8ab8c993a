package pki

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

// The errors of [ReadAtMost] and [Text] about files from users.
var (
	ErrTooLarge = errors.New("it is too large for a file of this kind")
	ErrUTF16    = errors.New("it is UTF-16 text, as PowerShell's > writes it")
	ErrUTF32    = errors.New("it is UTF-32 text")
	ErrNUL      = errors.New("it contains a NUL character")
)

// AdviceOnUTF16 is the advice for [ErrUTF16], [ErrUTF32] and [ErrNUL].
const AdviceOnUTF16 = "save it as ASCII or UTF-8: Set-Content -Encoding ascii"

// ReadAtMost reads all of source. It fails with [ErrTooLarge] if source has more than limit bytes:
// a path such as /dev/zero has no end.
func ReadAtMost(source io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(source, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, ErrTooLarge
	}
	return data, err
}

// byteOrderMark starts UTF-8 text from some Windows editors. Joined files have it in the middle,
// too.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Text returns text without its byte order mark. It fails with [ErrUTF16] or [ErrUTF32] for text in
// these encodings, and with [ErrNUL] if it contains another NUL.
func Text(data []byte) (string, error) {
	err := wideText(data)
	if err == nil && bytes.IndexByte(data, 0) >= 0 {
		err = ErrNUL
	}
	return string(bytes.TrimPrefix(data, byteOrderMark)), err
}

// wideText returns the error for text in UTF-16 or UTF-32, which has a byte order mark or begins
// with ASCII. The data may be binary.
func wideText(data []byte) error {
	plain := func(i int) bool { return data[i] == '\r' || data[i] == '\n' || data[i] >= ' ' && data[i] <= '~' }
	has := func(start string) bool { return bytes.HasPrefix(data, []byte(start)) }
	switch {
	case has("\xff\xfe\x00\x00"), has("\x00\x00\xfe\xff"),
		len(data) > 3 && (plain(0) && has(string(data[0])+"\x00\x00\x00") || plain(3) && has("\x00\x00\x00")):
		return ErrUTF32
	case has("\xff\xfe"), has("\xfe\xff"),
		len(data) > 1 && (plain(0) && data[1] == 0 || data[0] == 0 && plain(1)):
		return ErrUTF16
	}
	return nil
}

// maxFileSize is the maximum size of a certificate or key file. A bundle of a hundred CAs has some
// 200 KB.
const maxFileSize = 1 << 20

// A file is the content of a file with its name for an error.
type file struct {
	role string      // "CA key"
	path string      // "" if the data is not from a file
	mode fs.FileMode // 0 if the data is not from a file
	lent bool        // another user owns the file
	data []byte

	repaired bool // some values of its RSA key were recomputed
	unsealed bool // a PKCS#12 archive without a MAC
}

// contents names the content of a file for each role, for [CheckPath].
var contents = map[string]string{keyRole: "key", deviceKeyRole: "key", pinRole: "PIN",
	caRole: "certificate", verificationRole: "certificate", deviceRole: "certificate"}

// readFile reads the file at path, possibly a named pipe, as shells use for process substitution.
// If path is the content of a file, the error does not show it.
func readFile(role, path string) (*file, error) {
	if err := CheckPath(role, contents[role], path); err != nil {
		return nil, err
	}
	f := &file{role: role, path: path}
	opened, err := os.Open(path)
	if err != nil {
		if role == pinRole {
			f.path = "" // may be the PIN itself
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
	f.mode, f.lent = info.Mode(), isLent(info, os.Geteuid())
	f.data, err = ReadAtMost(opened, maxFileSize)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, f.refuse("it is larger than 1 MiB", "")
	case err != nil:
		return nil, f.unreadable(err)
	case len(f.data) == 0:
		return nil, f.refuse("it is empty", "")
	}
	return f, nil
}

func (f *file) object() string {
	if f.path == "" {
		return f.role
	}
	return f.role + " " + f.path
}

// forDevices turns advice on a CA's file into advice on a device's file.
var forDevices = strings.NewReplacer("CA certificate to register", "device certificate to use",
	"CA certificate", "device certificate", "the CA's", "the device's", " ca.", " device.")

func (f *file) refuse(reason, advice string) *Error {
	if f.role == deviceRole || f.role == deviceKeyRole {
		advice = forDevices.Replace(advice)
	}
	return &Error{Action: "read", Object: f.object(), Reason: reason, Advice: advice}
}

// unreadable returns the error for a file which can't be opened or read. It drops the path from the
// system's error: the object already names it.
func (f *file) unreadable(err error) *Error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	reason := err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		reason = "no such file"
	}
	return f.refuse(reason, "").because(err)
}
