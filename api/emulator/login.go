package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A login is the part of a CONNECT on which the admission of a device depends.
type login struct {
	level                        byte
	clientID, userName, password string
}

const (
	clientIDs = `^(GID[_-][0-9A-Za-z_-]{3,60})@@@[0-9A-Za-z_-]+$`
	tokens    = `^((^|\|)(R|W|RW)\|[^|]+)+$`
)

const maxClientID = 64 // characters, by the vendor's page

// judge returns the code of CONNACK (MQTT 3.1.1, table 3.1), and the instance's reason for refusing
// a device. It refuses STS credentials: no page says how a device would use them.
// Invented: broker-tokens, connack.
func (l login) judge(s *Service, instanceID string) (code byte, reason string) {
	id := regexp.MustCompile(clientIDs).FindStringSubmatch(l.clientID)
	user := append(strings.Split(l.userName, "|"), "", "", "")
	key := s.credentials[user[1]]
	mac := hmac.New(sha1.New, []byte(key.AccessKeySecret))
	mac.Write([]byte(l.clientID))
	switch {
	case l.level != 4:
		return 1, fmt.Sprintf("protocol level %d is not 4 (MQTT 3.1.1)", l.level)
	case id == nil || len(l.clientID) > maxClientID:
		return 2, fmt.Sprintf("it is not GROUP@@@DEVICE, of at most %d letters, digits, hyphens and underscores", maxClientID)
	case !slices.Contains(s.options.Groups, id[1]):
		return 2, fmt.Sprintf("the instance has no group %s", id[1])
	case s.options.BrokerNoPassword:
		return 0, ""
	case user[0] != "Signature" && user[0] != "Token" || len(user) != 6:
		return 4, fmt.Sprintf("user name %q is neither Signature|ACCESSKEY|INSTANCE nor Token|ACCESSKEY|INSTANCE", l.userName)
	case user[2] != instanceID:
		return 5, fmt.Sprintf("user name %q names another instance", l.userName)
	case key.AccessKeyID == "" || key.SecurityToken != "":
		return 4, fmt.Sprintf("no AccessKey has the id %q", user[1])
	case key.Foreign != s.instances[instanceID].foreign:
		return 5, fmt.Sprintf("AccessKey %q belongs to another account than the instance", user[1])
	case user[0] == "Token" && !regexp.MustCompile(tokens).MatchString(l.password):
		return 4, "the password must be R|TOKEN, W|TOKEN or RW|TOKEN, or several of these joined by |"
	case user[0] == "Signature" && l.password != base64.StdEncoding.EncodeToString(mac.Sum(nil)):
		return 4, "the password is not the Base64 of HMAC-SHA1 of the client id under the AccessKey secret"
	}
	return 0, ""
}
