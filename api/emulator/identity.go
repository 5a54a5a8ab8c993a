package emulator

// The one operation of STS here, which tells the account of a credential, and its API
// version.
const (
	getCallerIdentity = "GetCallerIdentity"
	stsVersion        = "2015-04-01"
)

// callerIdentity answers for a role if the credential is temporary, else for a user. A user
// has no RoleId, a role no UserId.
// Invented: identity.
func (s *Service) callerIdentity(c *call) (answer, *refusal) {
	account, id := c.credential.Account, "200000000000000001"
	if c.credential.SecurityToken != "" {
		arn := "acs:ram::" + account + ":assumed-role/emulated/session"
		return answer{IdentityType: "AssumedRoleUser", AccountID: account, PrincipalID: id + ":session", RoleID: id, Arn: arn}, nil
	}
	return answer{IdentityType: "RAMUser", AccountID: account, PrincipalID: id, UserID: id, Arn: "acs:ram::" + account + ":user/emulated"}, nil
}
