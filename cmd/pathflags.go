package cmd

import (
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mqttca/api/credentials"
	"mqttca/pki"
)

// pathFlags are the flags that name a file, by their names, which mean the same in every
// command; with each stands what is in the file.
var pathFlags = map[string]string{
	"ca-cert":           "certificate",
	"ca-key":            "key",
	"verification-cert": "certificate",
	"key-password-file": "password",
	"code-file":         "code",
	"request":           "request",
	"bundle":            "bundle",
	"request-out":       "content",
	"bundle-out":        "content",
	"out":               "content",
	"receipt":           "content",
}

// pathVariables are the environment variables that name a file.
var pathVariables = []string{credentials.EnvConfigFile, credentials.EnvCredentialsFile, credentials.EnvOIDCTokenFile, "SSL_CERT_FILE"}

// checkPath refuses the content of a file where the flag takes its path.
func checkPath(flag *pflag.Flag) error {
	content, named := pathFlags[flag.Name]
	if !named {
		return nil
	}
	return pki.CheckPath("--"+flag.Name, content, flag.Value.String())
}

// secretContent is a private key or a web token, wherever in an error it stands.
var secretContent = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY.*|eyJ[\w-]+\.eyJ[\w.-]+`)

// withoutContent takes out of an error the values of environment variables that have the
// content of a file in place of its path, and any private key or web token.
func withoutContent(text string) string {
	for _, name := range pathVariables {
		if value := os.Getenv(name); pki.HasContent(value) {
			text = strings.ReplaceAll(text, value, "[the content of "+name+"]")
		}
	}
	return secretContent.ReplaceAllString(text, "[redacted]")
}

// showsContent reports whether a complaint about the command line has the content of a file
// in it, be it in quotation marks.
func showsContent(message string) bool {
	apart := func(r rune) bool { return strings.ContainsRune(` "=`, r) }
	return slices.ContainsFunc(strings.FieldsFunc(message, apart), pki.HasContent)
}
