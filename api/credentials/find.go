package credentials

import (
	"errors"
	"fmt"
)

// A Search selects the places in which to look for credentials.
type Search struct {
	Profile     string // only this profile, of the CLI's configuration or else of the INI file
	ECSRole     bool   // only the metadata service of the ECS instance
	ECSRoleName string // the role, "" to let the metadata service name it
	VPCRegion   string // use STS of this region, inside a VPC, unless a place names an endpoint or a region of STS
}

// Find looks for credentials. If the search names a place, Find looks only there. Otherwise it
// takes the first existing one of these: the AccessKey of the environment, its OIDC token, the
// profile named there or the current one (of the CLI's configuration, then of the INI file), its
// credentials URI, the ECS role named there, and an AccessKey under names shared with other
// vendors. An incomplete place is an error, and so is a variable from which another tool, but not
// this package, would take an identity: Find never falls back to another identity.
//
// It sends nothing, runs no command and writes no file: temporary credentials are fetched for the
// first request, and again before they expire. It fails with an [*Error] or a
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

// profile returns nil if there is no profile and none is named.
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
		return missingError("none in the environment, and " + EnvProfileIgnored + " disables profiles")
	case profilesDisabled():
		cli = "the aliyun CLI's configuration (disabled by " + EnvProfileDisabled + ")"
	case len(ProfileNames()) > 0:
		cli += " (which names no current profile)"
	}
	return missingError(fmt.Sprintf("none in the environment, in %s or in %s", cli, ini))
}

// ErrNoRegion reports that no source names a region. (It is wrapped if a profile could not be
// read.)
var ErrNoRegion = errors.New("not in " + EnvRegion + ", and not in a profile")

// A Region is the region to call.
type Region struct {
	Name   string
	Source string // for errors, "" if the region was given
}

// FindRegion returns the region to call: the given one, else the environment's, else the profile's
// (the one named by the search, or used by [Find]). It fails with [ErrNoRegion], an [*Error] if the
// profile of the credentials cannot be read, or a [*wire.EnvironmentError].
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
