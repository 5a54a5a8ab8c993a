package credentials

import (
	"errors"
	"fmt"
)

// A Search says where to look for credentials.
type Search struct {
	Profile     string // this profile, of the CLI's configuration or else of the INI file, and nothing else
	ECSRole     bool   // ask the metadata service of the ECS instance, and nothing else
	ECSRoleName string // the role, "" to have the metadata service name it
	VPCRegion   string // ask STS of this region, inside a VPC, unless a place names an endpoint or a region of STS
}

// Find looks for credentials. If the search names a place, that is the only one.
// Otherwise it takes the first of these that is there: the AccessKey of the environment,
// its OIDC token, the profile that it names or the current one (of the CLI's
// configuration, then of the INI file), its credentials URI, the ECS role that it names,
// and an AccessKey under names that are not the vendor's alone. A place that is half set is
// an error, and so is a variable that another tool would take an identity from and this
// package would not: it never goes on to another identity.
//
// It sends nothing, runs no command and writes no file: temporary credentials are fetched
// for the first request, and again before they expire. It fails with an [*Error] or a
// [*wire.EnvironmentError].
func Find(s Search) (Provider, error) {
	if err := checkVariables(s.named()); err != nil {
		return nil, err
	}
	switch {
	case s.ECSRole:
		return newECSRole("the ECS role", s.ECSRoleName)
	case s.Profile != "":
		return s.profile()
	}
	for _, look := range []func() (Provider, error){
		environmentKeys, s.environmentOIDC, s.profile, environmentURI, environmentECSRole, commonKeys,
	} {
		if provider, err := look(); provider != nil || err != nil {
			return provider, err
		}
	}
	return nil, noneAnywhere()
}

func (s Search) named() bool { return s.ECSRole || s.Profile != "" }

// profile gives nil if there is no profile and nobody named one.
func (s Search) profile() (Provider, error) {
	p, found, err := findProfile(s.Profile)
	if err != nil || !found {
		return nil, err
	}
	p.vpcRegion = s.VPCRegion
	return p.provider()
}

func noneAnywhere() error {
	cli, ini := configPath(), iniPath()
	switch {
	case isTrue(EnvProfileIgnored):
		return missingError("there are none in the environment, and " + EnvProfileIgnored + " keeps profiles out")
	case profilesDisabled():
		cli = "the aliyun CLI's configuration (kept out by " + EnvProfileDisabled + ")"
	case len(ProfileNames()) > 0:
		cli += " (which calls none of its profiles the current one)"
	}
	return missingError(fmt.Sprintf("there are none in the environment, in %s or in %s", cli, ini))
}

// ErrNoRegion says that no source names a region. (It is wrapped if a profile could not be read.)
var ErrNoRegion = errors.New("not in " + EnvRegion + ", and not in a profile")

// A Region is where to call.
type Region struct {
	Name   string
	Source string // for errors, "" if it was given
}

// FindRegion is the region to call: the one given, else the environment's, else the
// profile's (the one that the search names, or that [Find] would take). It fails with
// [ErrNoRegion], an [*Error] if the profile of the credentials cannot be read, or a
// [*wire.EnvironmentError].
func FindRegion(given string, s Search) (Region, error) {
	if given != "" {
		return Region{Name: given}, nil
	}
	if err := regionVariable.check(); err != nil {
		return Region{}, err
	}
	if name, value := lookup(EnvRegion); value != "" {
		return Region{value, name}, nil
	}
	if err := checkVariables(s.named()); err != nil {
		return Region{}, err
	}
	p, found, err := findProfile(s.Profile)
	unread, isUnread := errors.AsType[*Error](err)
	switch {
	case isUnread && s.Profile == "" && (s.ECSRole || inEnvironment()):
		return Region{}, fmt.Errorf("%w (%s)", ErrNoRegion, unread.Reason)
	case err != nil:
		return Region{}, err
	case !found || p.RegionID == "":
		return Region{}, ErrNoRegion
	}
	return Region{p.RegionID, fmt.Sprintf("the region_id of profile %q", p.Name)}, nil
}
