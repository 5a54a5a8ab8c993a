package cmd

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The first thing that is wrong with a command line is named.
func TestFirstMistake(t *testing.T) {
	for args, want := range map[string]string{
		"version a b": `mqttca version: takes no arguments, but got "a"`,
		"confirm --instance= --ca-cert=ca.crt --endpoint=": "mqttca confirm: --endpoint is empty",
		"list --instance i --retries 101":                  "mqttca list: --retries must be a number from 0 to 100",
		"list --instance i --retries -1":                   "mqttca list: --retries must be a number from 0 to 100",
		"list --instance i --retries 100 --endpoint a:b:c": "is not HOST, HOST:PORT or",
	} {
		code, _, stderr := runHere(strings.Split(args, " ")...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}

// An error that names its object by itself is shown without the content of a file, too.
func TestMisuseShowsNoContent(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testdata(), "ca", "openssl.p256.pkcs8.key"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	key := base64.StdEncoding.EncodeToString(block.Bytes)
	if got := misuse(errors.New(`endpoint "` + key + `" is not a host`)); strings.Contains(got.Error(), key[:20]) {
		t.Errorf("%s", got)
	}
	if got := misuse(errors.New("endpoint x is not a host")); got.Error() != "endpoint x is not a host" {
		t.Errorf("%s", got)
	}
}
