package pki

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadFile(t *testing.T) {
	folder := t.TempDir()
	large := write(t, "large", bytes.Repeat([]byte("x"), maxFileSize+1))
	empty := write(t, "empty")
	looped := filepath.Join(folder, "loop")
	if err := os.Symlink(looped, looped); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, reason string }{
		{"missing", filepath.Join(folder, "none"), "no such file"},
		{"folder", folder, "it is a directory"},
		{"empty", empty, "it is empty"},
		{"too large", large, "it is larger than 1 MiB"},
		{"endless", "/dev/zero", "it is larger than 1 MiB"},
		{"loop of links", looped, "too many levels of symbolic links"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readFile("CA key", test.path)
			wantError(t, err, "read CA key "+test.path+": "+test.reason)
		})
	}
}

func TestReadFileOfTheLargestSize(t *testing.T) {
	path := write(t, "largest", bytes.Repeat([]byte("x"), maxFileSize))
	if _, err := readFile("CA key", path); err != nil {
		t.Error(err)
	}
}

// A shell's process substitution is a named pipe.
func TestReadFilePipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Skip("SKIP: no named pipes here: ", err)
	}
	done := make(chan error)
	content := mustRead(t, caFile("p256.pkcs8.key"))
	go func() { done <- os.WriteFile(path, content, 0o600) }()
	if _, err := readKey(path, nil); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReadAtMost(t *testing.T) {
	for text, want := range map[string]error{"": nil, "1234": nil, "12345": ErrTooLarge} {
		data, err := ReadAtMost(strings.NewReader(text), 4)
		if err != want || err == nil && string(data) != text {
			t.Errorf("%q: %q, error %v", text, data, err)
		}
	}
	gone := errors.New("the pipe is gone")
	if _, err := ReadAtMost(iotest.ErrReader(gone), 4); err != gone {
		t.Errorf("error %v", err)
	}
}

func TestText(t *testing.T) {
	for data, want := range map[string]string{"": "", "code\n": "code\n", "\xef\xbb\xbfcode": "code", "c\xef\xbb\xbf": "c\xef\xbb\xbf"} {
		if text, err := Text([]byte(data)); err != nil || text != want {
			t.Errorf("%q: %q, error %v", data, text, err)
		}
	}
	for _, data := range []string{"\xff\xfec\x00", "\xfe\xff\x00c", "c\x00o\x00", "\xff\xfe", "\xfe\xff"} {
		if _, err := Text([]byte(data)); err != ErrUTF16 {
			t.Errorf("%q: error %v", data, err)
		}
	}
	for data, want := range map[string]error{"password\x00": ErrNUL, "p\x00assword": ErrUTF16, "a\x00\x00\x00b\x00\x00\x00": ErrUTF32, "\x00\x00\xfe\xff": ErrUTF32} {
		if _, err := Text([]byte(data)); err != want {
			t.Errorf("%q: error %v", data, err)
		}
	}
}

// A file of another user is told by its owner: a pod reads its secret by its group.
func TestFileOfAnotherUser(t *testing.T) {
	info, err := os.Stat("file_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such owners")
	}
	owner := int(reflect.ValueOf(info.Sys()).Elem().FieldByName("Uid").Uint())
	if isLent(info, owner) || !isLent(info, owner+1) || isLent(info, 0) {
		t.Errorf("lent to its owner %v, to another %v, to the superuser %v", isLent(info, owner), isLent(info, owner+1), isLent(info, 0))
	}
}
