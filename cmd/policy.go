package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/cmd/terminal"
)

type policyOptions struct {
	instance string
	account  string
	purposes []string
}

func newPolicy(a *app) *cobra.Command {
	var o policyOptions
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print a RAM policy with the least permissions for an instance",
		Long: `Print the RAM policy with only the permissions for a purpose on one instance, as JSON for
the RAM console or its CLI. The purposes, with their commands:

` + purposeHelp() + `
deactivate --with-devices needs the purpose devices, too. The vendor's pages write the resource in
two forms, and the policy has both. No request is sent.`,
		Example: `  mqttca policy --region cn-hangzhou --account 1234567890 --instance post-cn-7mz2d
  mqttca policy --region cn-hangzhou --account 1234567890 --instance post-cn-7mz2d --for lifecycle`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			region, err := await(cmd.Context(), func() (credentials.Region, error) { return credentials.FindRegion(a.region, a.search()) })
			if errors.Is(err, credentials.ErrNoRegion) {
				return require(cmd, "region", "account", "instance")
			}
			if err == nil {
				err = require(cmd, "account", "instance")
			}
			if err != nil {
				return err
			}
			return a.policy(region, o)
		},
	}
	a.addRegion(cmd.Flags())
	addInstance(cmd, &o.instance)
	cmd.Flags().StringVar(&o.account, "account", "", "id of the account that owns the instance, such as 1234567890123456")
	cmd.Flags().StringArrayVar(&o.purposes, "for", []string{string(api.ToRegister)}, "purpose to allow: "+strings.Join(purposeNames(), ", ")+" (repeatable)")
	cmd.Flags().StringVar(&a.profile, "profile", "", "take the region from this profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials")
	return cmd
}

// purposeHelp lists the commands of each purpose, from the table of commands.
func purposeHelp() string {
	names := map[api.Purpose][]string{}
	for _, row := range commands() {
		names[row.calls] = append(names[row.calls], row.name)
	}
	var b strings.Builder
	for _, purpose := range api.Purposes() {
		lines := terminal.Wrap(strings.Join(names[purpose], ", "), 60)
		fmt.Fprintf(&b, "  %-10s %s\n", purpose, strings.Join(lines, "\n             "))
	}
	return b.String()
}

func purposeNames() []string {
	var names []string
	for _, purpose := range api.Purposes() {
		names = append(names, string(purpose))
	}
	return names
}

// policy prints the same with --json and without: the result is JSON.
func (a *app) policy(region credentials.Region, o policyOptions) error {
	var purposes []api.Purpose
	for _, name := range o.purposes {
		if !slices.Contains(purposeNames(), name) {
			return usage("--for %q: it must be one of %s", name, strings.Join(purposeNames(), ", "))
		}
		purposes = append(purposes, api.Purpose(name))
	}
	if _, err := api.RegionalEndpoint(region.Name, false); err != nil && region.Source != "" {
		return misnamed(region.Source, err)
	}
	policy, err := api.NewPolicy(region.Name, o.account, o.instance, purposes...)
	if err != nil {
		return usage("%s", err)
	}
	data, err := encode(policy)
	if err != nil {
		return err
	}
	return a.printText(policy, string(data))
}
