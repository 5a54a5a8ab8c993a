package cmd

import (
	"fmt"
	"io"
	"strings"

	"mqttca/api"
)

// An emulateDocument is the result of emulate, printed once it serves.
type emulateDocument struct {
	URL         string            `json:"url"`
	InstanceID  string            `json:"instance_id"`
	Environment map[string]string `json:"environment"`
}

func newEmulateDocument(url, rootFile string) emulateDocument {
	environment := map[string]string{
		envEndpoint:            url,
		api.EnvAccessKeyID:     emulatedKeyID,
		api.EnvAccessKeySecret: emulatedKeySecret,
		api.EnvSecurityToken:   "", // one left over from real work would be refused
	}
	if rootFile != "" {
		environment["SSL_CERT_FILE"] = rootFile
	}
	return emulateDocument{url, emulatedInstance, environment}
}

func (d emulateDocument) plain(w io.Writer) error {
	fmt.Fprintf(w, "# the embedded service at %s, instance %s\n", d.URL, d.InstanceID)
	for _, name := range []string{envEndpoint, api.EnvAccessKeyID, api.EnvAccessKeySecret, api.EnvSecurityToken, "SSL_CERT_FILE"} {
		if value, set := d.Environment[name]; set {
			fmt.Fprintf(w, "export %s=%s\n", name, shellQuoted(value))
		}
	}
	return nil
}

// shellQuoted leaves alone what a shell takes as it is, and quotes the rest: the folder of
// temporary files can have a space in it.
func shellQuoted(value string) string {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:[]", r))
	}
	if !strings.ContainsFunc(value, odd) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
