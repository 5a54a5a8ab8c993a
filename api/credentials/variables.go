package credentials

import (
	"os"
	"slices"
	"strings"

	"mqttca/api/wire"
)

// generations are the prefixes of the vendor's variables over time, the current one first.
var generations = []string{"ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_"}

// A variable is an environment variable in all generations.
type variable struct {
	name   string   // in the current generation
	read   int      // the number of generations read by the vendor's CLI and this package
	others []string // its names in other vendors' tools: not read
}

// identityVariables name the signing identity, if no place is named otherwise.
var identityVariables = []variable{
	{EnvAccessKeyID, 3, []string{"ALIBABA_CLOUD_ACCESS_KEY_Id", "ALICLOUD_ACCESS_KEY"}},
	{EnvAccessKeySecret, 3, []string{"ALICLOUD_SECRET_KEY"}},
	{EnvSecurityToken, 3, nil},
	{EnvRoleARN, 2, nil},
	{EnvRoleSessionName, 1, nil},
	{EnvOIDCProviderARN, 2, nil},
	{EnvOIDCTokenFile, 2, nil},
	{EnvOIDCToken, 1, nil},
	{EnvProfile, 3, nil},
	{EnvProfileDisabled, 1, nil},
	{EnvProfileIgnored, 2, nil},
	{EnvCredentialsURI, 1, nil},
	{EnvECSRole, 1, []string{"ALICLOUD_ECS_ROLE_NAME"}},
	{"ALIBABA_CLOUD_ASSUME_ROLE_ARN", 0, nil},
	{"ALIBABA_CLOUD_BEARER_TOKEN", 0, nil},
	{"ALIBABA_CLOUD_PROFILE_MODE", 0, nil},
}

// settingVariables configure how an identity is found and used. They apply to every identity.
var settingVariables = []variable{
	{EnvConfigFile, 1, []string{"ALICLOUD_SHARED_CREDENTIALS_FILE"}},
	{EnvCredentialsFile, 1, nil},
	{EnvExternalID, 2, nil},
	{EnvSTSEndpoint, 1, nil},
	{EnvSTSRegion, 1, nil},
	{EnvVPCEndpoints, 1, nil},
	{EnvECSRoleDisabled, 1, nil},
	{EnvMetadataV2Only, 1, nil},
	{EnvExternalDisabled, 1, nil},
}

var regionVariable = variable{EnvRegion, 3, nil}

// names returns all names of the variable; the first of them are read.
func (v variable) names() []string {
	var names []string
	for _, prefix := range generations {
		names = append(names, prefix+strings.TrimPrefix(v.name, generations[0]))
	}
	return append(names, v.others...)
}

// check fails with an [*wire.EnvironmentError] if the variable is set only under an unread name, or
// differently under two names: otherwise another identity could sign.
func (v variable) check() error {
	first, value := "", ""
	for i, name := range v.names() {
		switch found := os.Getenv(name); {
		case found == "" || found == value:
		case first != "":
			return &wire.EnvironmentError{Variable: first, Problem: "and " + name + " differ", Advice: "unset the wrong one"}
		case v.read == 0:
			return &wire.EnvironmentError{Variable: name, Problem: "is set, but mqttca does not read it", Advice: "unset it, or name the profile with --profile"}
		case i >= v.read:
			return &wire.EnvironmentError{Variable: name, Problem: "is set, but mqttca does not read it", Advice: "set " + v.name + " instead, or unset it"}
		default:
			first, value = name, found
		}
	}
	return nil
}

// checkVariables checks the variables, without those that name an identity if a place is named.
func checkVariables(named bool) error {
	variables := settingVariables
	if !named {
		variables = slices.Concat(settingVariables, identityVariables)
	}
	for _, v := range variables {
		if err := v.check(); err != nil {
			return err
		}
	}
	return nil
}

// lookup reads a variable. If it is not set in the current generation, lookup reads the older
// generations, as far as the vendor's CLI does. It returns the name which is set.
func lookup(variableName string) (name, value string) {
	names := []string{variableName}
	for _, v := range slices.Concat(identityVariables, settingVariables, []variable{regionVariable}) {
		if v.name == variableName {
			names = v.names()[:v.read]
		}
	}
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return name, value
		}
	}
	return variableName, ""
}

func getenv(name string) string {
	_, value := lookup(name)
	return value
}

// isTrue reads a switch as the vendor's SDKs do. (The CLI requires capitals for some.)
func isTrue(variable string) bool { return strings.EqualFold(getenv(variable), "true") }
