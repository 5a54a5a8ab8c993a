package pki

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

func TestError(t *testing.T) {
	_, err := readKey("no/such/ca.key", nil)
	wantError(t, err, "read CA key no/such/ca.key: no such file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	hinted := &Error{Action: "read", Object: "x", Reason: "y", Advice: "do z"}
	if hinted.Hint() != "do z" || hinted.Error() != "read x: y" {
		t.Errorf("hint %q, error %q", hinted.Hint(), hinted)
	}
}

// contentsOfFiles are what a variable may hold in place of a path.
func contentsOfFiles(t *testing.T) map[string]string {
	contents := map[string]string{
		"a PEM label that the shell cut off": "-----BEGIN",
		"a web token":                        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXZpY2UifQ.",
		"a JSON Web Key":                     `{"kty":"EC","d":"hunter2"}`,
		"an identity in JSON":                `{"AccessKeySecret" : "hunter2"}`,
		"several, behind a blank":            ` [{"AccessKeySecret": "hunter2"}]`,
		"an identity with other quotes":      `{'AccessKeySecret': 'hunter2'}`,
		"an identity without quotes":         `{AccessKeySecret: hunter2}`,
		"a password":                         "PASS:hunter2",
		"a password behind a blank":          " pass:hunter2",
		"a password in quotes":               "'pass:hunter2'",
		"a secret key of age":                "AGE-SECRET-KEY-1QQPQYLLU6",
		"256 bits in hexadecimal":            strings.Repeat("4f05d29b", 8),
		"256 bits in base64":                 "5ITHq0Wm3vBv0mT4i1YkVd7l9Xc2u8Rf6oZsPqJt1aE=",
		"256 bits in base64 for URLs":        "5ITHq0Wm3vBv0mT4i1YkVd7l9Xc2u8Rf6oZsPqJt-aE",
		"384 bits in base64":                 "5ITHq0Wm3vBv0mT4i1YkVd7l9Xc2u8Rf6oZsPqJt1aE5ITHq0Wm3vBv0mT4i1YkV",
		"a password of the environment":      "env:PASSWORD",
		"a password in a file":               "file:password.txt",
		"a line feed":                        "hunter2\n",
		"an escape":                          "hunter2\x1b[2J",
		"a name of 256 letters":              "folder/" + strings.Repeat("x", 256),
		"a path of 4097 letters":             strings.Repeat("folder/", 586),
	}
	for _, name := range []string{"p256.pkcs8.key", "p256.sec1.key", "p256.encrypted.key", "rsa2048.pkcs1.key", "rsa4096.pkcs8.key", "ed25519.pkcs8.key", "p256.crt"} {
		text := mustRead(t, caFile(name))
		block, _ := pem.Decode(text)
		contents[name+" in PEM"] = string(text)
		contents[name+" in one line"] = strings.ReplaceAll(string(text), "\n", `\n`)
		contents[name+" in PEM in base64"] = base64.StdEncoding.EncodeToString(text)
		contents[name+" in DER in base64"] = base64.StdEncoding.EncodeToString(block.Bytes)
		contents[name+" in DER in base64 for URLs"] = base64.URLEncoding.EncodeToString(block.Bytes)
		contents[name+" in DER in hexadecimal"] = hex.EncodeToString(block.Bytes[:48])
		contents[name+" in quotes"] = `"` + base64.StdEncoding.EncodeToString(block.Bytes)[:64] + `"`
		contents[name+" in a data URL"] = "data:application/pkcs8;base64," + base64.StdEncoding.EncodeToString(block.Bytes)[:64]
		contents[name+" in DER in base64, a line of it"] = base64.StdEncoding.EncodeToString(block.Bytes)[:64]
	}
	contents["PKCS#12 in base64"] = base64.StdEncoding.EncodeToString(mustRead(t, caFile("p256.p12")))
	return contents
}

func TestCheckPathRefusesContent(t *testing.T) {
	for name, value := range contentsOfFiles(t) {
		t.Run(name, func(t *testing.T) {
			err := CheckPath("--ca-key", "key", value)
			if err == nil || !strings.HasSuffix(err.Error(), ", not the path of a file") {
				t.Fatalf("error: %v", err)
			}
			wantHidden(t, err, value)
		})
	}
}

// All that reads a file refuses its content: none of it is in the error.
func TestReadersRefuseContent(t *testing.T) {
	key, certificate := caFile("p256.pkcs8.key"), caFile("p256.crt")
	for name, value := range contentsOfFiles(t) {
		for what, sources := range map[string]Sources{
			"certificate":  {CA: value},
			"key":          {CA: certificate, Key: value},
			"verification": {CA: certificate, Verification: value},
			"module":       {CA: certificate, Key: "pkcs11:token=ca;object=root;module-path=" + escaped(value)},
			"PIN":          {CA: certificate, Key: "pkcs11:token=ca;object=root;module-path=/nowhere.so?pin-source=" + escaped(value)},
		} {
			if what == "key" && InToken(value) {
				continue
			}
			_, err := ReadMaterial(sources, nil)
			if err == nil {
				t.Fatalf("%s as %s is taken", name, what)
			}
			wantHidden(t, err, value)
		}
	}
	_, err := ReadMaterial(Sources{CA: certificate, Key: "pkcs11:token=ca;object=root;module-path=/nowhere.so?pin-source=hunter2"}, nil)
	wantError(t, err, "read PIN file: no such file")
	wantHidden(t, err, "hunter2")
	_, err = ReadMaterial(Sources{CA: "pkcs11:module-path=/nowhere.so;token=ca;object=root?pin-value=hunter2", Key: key}, nil)
	wantHidden(t, err, "hunter2")
	_, err = ReadMaterial(Sources{CA: certificate, Verification: "pkcs11:token=ca;object=root?pin-value=hunter2"}, nil)
	wantError(t, err, "read verification certificate: this is a pkcs11 URI, not the path of a file")
	wantHidden(t, err, "hunter2")
}

// wantHidden fails if an error shows any of a value, be it under %#v.
func wantHidden(t *testing.T, err error, value string) {
	t.Helper()
	secret := value[:min(len(value), 24)]
	if value == "env:PASSWORD" || value == "-----BEGIN" {
		return // no secret
	}
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	if strings.Contains(text, secret) || strings.Contains(text, "hunter2") {
		t.Fatalf("the error shows %q: %s", value, text)
	}
}

func escaped(value string) string {
	var b strings.Builder
	for _, octet := range []byte(value) {
		fmt.Fprintf(&b, "%%%02X", octet)
	}
	return b.String()
}

func TestCheckPathTakesPaths(t *testing.T) {
	for _, path := range []string{
		"", "-", "ca.key", "/dev/stdin", "/dev/fd/63", `C:\keys\ca.key`, "../keys/CA key (2026).pem", "/run/secrets/根.key",
		"MIGRATION/certificates/production/rootca", "MIIT/2026/certificates/production/rootca", "password", "pass", "file:", "eyJ.key", "{site}/ca.key",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.key",
		strings.Repeat("folder/", 100) + strings.Repeat("x", 255),
		write(t, "pass:word"),
	} {
		if err := CheckPath("--ca-key", "key", path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
