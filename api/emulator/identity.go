package emulator

// The one operation of STS here, which tells the account of a credential, and its API
// version.
const (
	getCallerIdentity = "GetCallerIdentity"
	stsVersion        = "2015-04-01"
)

// An identityAnswer is that of GetCallerIdentity. A user has no RoleId, a role no UserId.
type identityAnswer struct {
	RequestID    string `json:"RequestId" xml:"RequestId"`
	IdentityType string
	AccountID    string `json:"AccountId" xml:"AccountId"`
	PrincipalID  string `json:"PrincipalId" xml:"PrincipalId"`
	UserID       string `json:"UserId,omitempty" xml:"UserId,omitempty"`
	RoleID       string `json:"RoleId,omitempty" xml:"RoleId,omitempty"`
	Arn          string
}

// callerIdentity answers for a role if the credential is temporary, else for a user.
// Invented: identity.
func (s *Service) callerIdentity(c *call) (any, *refusal) {
	account, id := c.credential.Account, "200000000000000001"
	identity := identityAnswer{c.requestID, "RAMUser", account, id, id, "", "acs:ram::" + account + ":user/emulated"}
	if c.credential.SecurityToken != "" {
		identity = identityAnswer{c.requestID, "AssumedRoleUser", account, id + ":session", "", id, "acs:ram::" + account + ":assumed-role/emulated/session"}
	}
	return identity, nil
}
