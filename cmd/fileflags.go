package cmd

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"mqttca/api/credentials"
	"mqttca/pki"
)

// A fileFlag is a flag for a file: its content, and the extensions offered by a shell, none for
// any.
type fileFlag struct {
	content    string
	extensions []string
}

// fileFlags are the flags for a file, by their names, which mean the same in every command.
func fileFlags() map[string]fileFlag {
	var (
		certificate = fileFlag{"certificate", []string{"crt", "pem", "cer", "der"}}
		output      = fileFlag{"content", []string{"json"}}
	)
	return map[string]fileFlag{
		"ca-cert":           certificate,
		"ca-key":            {"key", []string{"key", "pem", "p12", "pfx"}},
		"device-key":        {"key", []string{"key", "pem", "p12", "pfx"}},
		"broker-ca":         certificate,
		"token-file":        {"password", nil},
		"password-file":     {"password", nil},
		"verification-cert": certificate,
		"device-cert":       certificate,
		"key-password-file": {"password", nil},
		"code-file":         {"code", nil},
		"request":           {"request", []string{"json"}},
		"bundle":            {"bundle", []string{"json"}},
		"request-out":       output,
		"bundle-out":        output,
		"out":               {"content", []string{"crt", "pem", "json"}},
		"receipt":           output,
		"file":              {"manifest", []string{"yaml", "yml"}},
	}
}

// checkContent refuses the content of a file in place of its path. In any other value it refuses
// such content, a PIN and the password of a URL: results and the trace of --verbose would show them.
func checkContent(flag *pflag.Flag) error {
	value := flag.Value.String()
	file, isFile := fileFlags()[flag.Name]
	switch {
	case pki.InToken(value) && (file.content == "key" || flag.Name == "ca-cert") && !strings.Contains(value, "-----BEGIN"):
		return nil // it may have a PIN, of which a rule warns
	case isFile:
		err := pki.CheckPath("--"+flag.Name, file.content, value)
		if refusal, ok := errors.AsType[*pki.Error](err); ok && file.content == "content" { // which is written
			refusal.Action, refusal.Advice = "write", "give the path of the file to write; every user of this machine can read a command line"
		}
		return err
	case pki.HasSecret(value):
		return usage("--%s contains the content of a file (not shown)", flag.Name)
	case redacted(value) != value:
		return usage("--%s contains a password or PIN (not shown)", flag.Name)
	case flag.Name == "instance" && flag.Value.Type() == "string": // emulate takes ID@REGION
		if err := checkInstance(value); err != nil {
			return usage("--instance: %s", err)
		}
	}
	return nil
}

// showsContent reports whether a complaint about the command line has the content of a file
// in it, with or without quotation marks.
func showsContent(message string) bool {
	apart := func(r rune) bool { return strings.ContainsRune(` "=`, r) }
	if object := strings.IndexByte(message, '{'); object >= 0 && pki.HasSecret(message[object:]) {
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(message, apart), pki.HasContent)
}

var (
	pinValue      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(pin-value=)[^;&?\s"]*`) })
	secretContent = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY.*|eyJ[\w-]+\.eyJ[\w.-]+`)
	})
	urlPassword = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(/[^/@\s":]*:)[^/@\s"]+@`) })
	anyWord     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^\s"'=]+`) })
)

// redacted removes secrets from the message of an error: any private key or web token, a PIN or a
// password in a URI given in place of something else, and the content of a file in an environment
// variable meant for its path or for a name.
func redacted(message string) string {
	message = pinValue().ReplaceAllString(message, "${1}[redacted]")
	message = urlPassword().ReplaceAllString(message, "${1}[redacted]@")
	for _, name := range []string{credentials.EnvConfigFile, credentials.EnvCredentialsFile, credentials.EnvOIDCTokenFile, pki.EnvModule, "SSL_CERT_FILE"} {
		if value := os.Getenv(name); pki.HasContent(value) {
			message = strings.ReplaceAll(message, value, "[the content of "+name+"]")
		}
	}
	message = secretContent().ReplaceAllString(message, "[redacted]")
	return anyWord().ReplaceAllStringFunc(message, func(word string) string {
		if word != "-----BEGIN" && pki.HasSecret(word) { // of a certificate: a key is gone by now
			return "[redacted]"
		}
		return word
	})
}
