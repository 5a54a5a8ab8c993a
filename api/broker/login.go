package broker

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"

	"mqttca/api/credentials"
	"mqttca/api/wire"
)

// A Login holds a device's fields of CONNECT. An empty user name or password is not sent.
type Login struct {
	ClientID string
	UserName string
	Password credentials.Secret
}

// SignatureLogin returns the login of the vendor's mode Signature: the password is the HMAC-SHA1 of
// the client ID under the AccessKey secret, in base64.
func SignatureLogin(clientID, instance string, key credentials.Credentials) Login {
	mac := hmac.New(sha1.New, []byte(key.AccessKeySecret))
	mac.Write([]byte(clientID))
	return Login{clientID, "Signature|" + key.AccessKeyID + "|" + instance,
		credentials.Secret(base64.StdEncoding.EncodeToString(mac.Sum(nil)))}
}

// TokenLogin returns the login of the vendor's mode Token. The password is R|, W| or RW| and a
// token of ApplyToken, or several joined by |.
func TokenLogin(clientID, instance, accessKeyID string, password credentials.Secret) Login {
	return Login{clientID, "Token|" + accessKeyID + "|" + instance, password}
}

// ClientID joins a group ID and a device ID. By the vendor's pages a client ID has at most 64
// characters, a group ID 7 to 64 and the prefix GID_ or GID-; both have letters, digits, - and _.
func ClientID(group, device string) (string, error) {
	const limit = 64
	id := group + "@@@" + device
	switch {
	case !strings.HasPrefix(group, "GID_") && !strings.HasPrefix(group, "GID-"), len(group) < 7, !wire.IsName(group, "-_"):
		return "", fmt.Errorf("group ID %q must be GID_ or GID-, then at least 3 letters, digits, - or _", group)
	case device == "", !wire.IsName(device, "-_"):
		return "", fmt.Errorf("device ID %q must consist of letters, digits, - and _", device)
	case len(id) > limit:
		return "", fmt.Errorf("client ID %q has %d characters; the limit is %d", id, len(id), limit)
	}
	return id, nil
}
