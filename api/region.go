package api

import "errors"

// ErrNoRegion says that no source names a region.
var ErrNoRegion = errors.New("no region: not given with --region, not in " + EnvRegion + ", and not in a profile")

// FindRegion is the region to call: the one given, else the environment's, else the
// profile's (of that name, or the one that [FindCredentials] would take). It fails with
// [ErrNoRegion], or with what keeps a profile from being read that is there or was named.
func FindRegion(given, profileName string) (string, error) {
	if given != "" {
		return given, nil
	}
	if err := regionVariable.check(); err != nil {
		return "", err
	}
	if region := getenv(EnvRegion); region != "" {
		return region, nil
	}
	if err := checkAll(settingVariables); err != nil {
		return "", err
	}
	if profileName == "" {
		if err := checkAll(identityVariables); err != nil {
			return "", err
		}
	}
	p, found, err := findProfile(profileName)
	switch {
	case err != nil:
		return "", err
	case !found || p.RegionID == "":
		return "", ErrNoRegion
	}
	return p.RegionID, nil
}
