package api

import (
	"fmt"
	"os"
	"strings"
)

// A Search says where to look for credentials.
type Search struct {
	Profile     string // a profile of the CLI's configuration, or where that has none of the name of the INI file; and nothing else
	ECSRole     bool   // ask the metadata service of the ECS instance, and nothing else
	ECSRoleName string // the role, "" to have the metadata service name it
}

// FindCredentials looks for credentials. What the search names is the only place; else
// it is the first of these that has something to say: the AccessKey of the environment,
// its OIDC token, the profile that it names or that is the current one (in the CLI's
// configuration, then in the INI file), its credentials URI, and the ECS role where the
// environment says that there is one. A place that has only a half of what it takes is an
// error, never a reason to go on to another identity.
//
// It sends nothing, runs no command and writes no file; what must be fetched is fetched
// for the first request, and again before it expires. It fails with a [*CredentialsError].
func FindCredentials(s Search) (CredentialsProvider, error) {
	switch {
	case s.ECSRole:
		return newECSRole("the ECS role", s.ECSRoleName)
	case s.Profile != "":
		return profileNamed(s.Profile)
	}
	for _, look := range []func() (CredentialsProvider, error){
		environmentKeys, environmentOIDC, anyProfile, environmentURI, environmentECSRole,
	} {
		if provider, err := look(); provider != nil || err != nil {
			return provider, err
		}
	}
	return nil, noneAnywhere()
}

func profileNamed(name string) (CredentialsProvider, error) {
	p, _, err := findProfile(name)
	if err != nil {
		return nil, err
	}
	return p.provider()
}

// anyProfile gives nil where there is no profile and nobody named one.
func anyProfile() (CredentialsProvider, error) {
	p, found, err := findProfile("")
	if err != nil || !found {
		return nil, err
	}
	return p.provider()
}

func noneAnywhere() error {
	cli, ini := configPath(), iniPath()
	if profilesDisabled() {
		cli = "the aliyun CLI's configuration (kept out by " + EnvProfileDisabled + ")"
	}
	return noCredentials(fmt.Sprintf("there are none in the environment, in %s or in %s", cli, ini))
}

// isTrue is how the vendor's SDKs read a switch in the environment.
func isTrue(variable string) bool { return strings.EqualFold(os.Getenv(variable), "true") }
