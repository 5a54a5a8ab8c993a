package api

import (
	"fmt"
)

// A Search says where to look for credentials.
type Search struct {
	Profile     string // a profile of the CLI's configuration, or where that has none of the name of the INI file; and nothing else
	ECSRole     bool   // ask the metadata service of the ECS instance, and nothing else
	ECSRoleName string // the role, "" to have the metadata service name it
}

// FindCredentials looks for credentials. If the search names a place, that is the only one.
// Otherwise it takes the first of these that is there: the AccessKey of the environment,
// its OIDC token, the profile that it names or the current one (of the CLI's
// configuration, then of the INI file), its credentials URI, the ECS role that it names,
// and an AccessKey under names that are not the vendor's alone. A place that is half set is
// an error, and so is a variable that another tool would take an identity from and this
// package would not: it never goes on to another identity.
//
// It sends nothing, runs no command and writes no file; what must be fetched is fetched
// for the first request, and again before it expires. It fails with a [*CredentialsError]
// or an [*wire.EnvironmentError].
func FindCredentials(s Search) (CredentialsProvider, error) {
	if err := checkAll(settingVariables); err != nil {
		return nil, err
	}
	switch {
	case s.ECSRole:
		return newECSRole("the ECS role", s.ECSRoleName)
	case s.Profile != "":
		return profileNamed(s.Profile)
	}
	if err := checkAll(identityVariables); err != nil {
		return nil, err
	}
	for _, look := range []func() (CredentialsProvider, error){
		environmentKeys, environmentOIDC, anyProfile, environmentURI, environmentECSRole, commonKeys,
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
	switch {
	case isTrue(EnvProfileIgnored):
		return noCredentials("there are none in the environment, and " + EnvProfileIgnored + " keeps profiles out")
	case profilesDisabled():
		cli = "the aliyun CLI's configuration (kept out by " + EnvProfileDisabled + ")"
	}
	return noCredentials(fmt.Sprintf("there are none in the environment, in %s or in %s", cli, ini))
}
