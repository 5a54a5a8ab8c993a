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
	flags.StringVar(&f.tokenFile, "token-file", "", "file with the password of the mode Token: R|, W| or RW| and a token of ApplyToken")
	flags.StringVar(&f.userName, "username", "", "user name to send as it is, in place of one of the mode Signature")
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
		return "", usage("a password from an AccessKey, which never expires, is sent to *.mqtt.aliyuncs.com and to loopback only, and %s is neither: give --no-password, --username or --token-file", b.Host)
	case path == "":
		return "", nil
	}
	text, err := c.readSecret(path, flag, "")
	text = strings.TrimRight(text, "\r")
	if permission, token, _ := strings.Cut(text, "|"); err == nil && f.mode() == byToken && (token == "" || !slices.Contains([]string{"R", "W", "RW"}, permission)) {
		err = cannotRead(path, errors.New("a password of the mode Token is R|, W| or RW| and a token"))
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
			Reason: "those of " + key.Source + " are temporary (STS), and no text of the vendor says how a device connects with them",
			Advice: "give --no-password, or a user name of another mode with --username and --password-file, or credentials with an AccessKey",
		}
	case f.mode() == byToken:
		return broker.TokenLogin(clientID, instance, key.AccessKeyID, secret), nil
	}
	return broker.SignatureLogin(clientID, instance, key), nil
}
