package cmd

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api/broker"
	"mqttca/api/credentials"
)

// loginFlags say with which user name and password a device connects. Without any, the mode is
// Signature: a password from an AccessKey.
type loginFlags struct {
	tokenFile    string
	userName     string
	passwordFile string
	none         bool
}

func (f *loginFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.tokenFile, "token-file", "", "file with the password of mode Token: R|, W| or RW|, then a token of ApplyToken")
	flags.StringVar(&f.userName, "username", "", "user name to send unchanged, in place of mode Signature")
	flags.StringVar(&f.passwordFile, "password-file", "", "file with the password of --username, - for standard input")
	flags.BoolVar(&f.none, "no-password", false, "send neither user name nor password")
}

// The modes of a login, as documents have them.
const (
	bySignature = "signature"
	byToken     = "token"
	byOwnName   = "custom"
	byNothing   = "none"
)

func (f loginFlags) mode() string {
	switch {
	case f.none:
		return byNothing
	case f.userName != "":
		return byOwnName
	case f.tokenFile != "":
		return byToken
	}
	return bySignature
}

// needsKey reports whether the user name has an AccessKey ID in it.
func (f loginFlags) needsKey() bool { return f.mode() == bySignature || f.mode() == byToken }

// secret is the password of a file, "" if the mode has none. It refuses flags that exclude each
// other, and a password made from an AccessKey if the broker must not get one.
func (f loginFlags) secret(c *console, b broker.Broker) (credentials.Secret, error) {
	path, flag := cmp.Or(f.tokenFile, f.passwordFile), "--password-file"
	if f.tokenFile != "" {
		flag = "--token-file"
	}
	switch {
	case f.none && f.userName+path != "", f.userName != "" && f.tokenFile != "":
		return "", usage("--no-password, --username and --token-file exclude each other")
	case f.passwordFile != "" && f.userName == "":
		return "", usage("--password-file needs --username")
	case f.mode() == bySignature && !b.IsTrusted():
		return "", usage("broker %s is neither *.mqtt.aliyuncs.com nor loopback: mqttca sends it no password made from an AccessKey, because such a password never expires; give --no-password, --username or --token-file", b.Host)
	case path == "":
		return "", nil
	}
	text, err := c.readSecret(path, flag, "")
	text = strings.TrimRight(text, "\r")
	if permission, token, _ := strings.Cut(text, "|"); err == nil && f.mode() == byToken && (token == "" || !slices.Contains([]string{"R", "W", "RW"}, permission)) {
		err = cannotRead(path, errors.New("a password of mode Token is R|, W| or RW|, then a token"))
	}
	return credentials.Secret(text), err
}

// login makes the user name and the password. Those of an AccessKey cannot be made of temporary
// credentials: no text of the vendor says how.
func (f loginFlags) login(ctx context.Context, provider credentials.Provider, clientID, instance string, secret credentials.Secret) (broker.Login, error) {
	if !f.needsKey() {
		return broker.Login{ClientID: clientID, UserName: f.userName, Password: secret}, nil
	}
	key, err := provider.Credentials(ctx)
	switch {
	case err != nil:
		return broker.Login{}, err
	case key.SecurityToken != "":
		return broker.Login{}, &credentials.Error{
			Reason: "those of " + key.Source + " are temporary (STS), and the vendor documents no device login with them",
			Advice: "give credentials with a permanent AccessKey, or --no-password, or --username with --password-file",
		}
	case f.mode() == byToken:
		return broker.TokenLogin(clientID, instance, key.AccessKeyID, secret), nil
	}
	return broker.SignatureLogin(clientID, instance, key), nil
}
