package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ofConnection marks the flags that say where and how the service is called.
const ofConnection = "connection"

// addConnection adds the flags of a command that calls the service.
func (a *app) addConnection(cmd *cobra.Command) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	a.addRegion(flags)
	flags.StringVar(&a.endpoint, "endpoint", "", "host or URL to call in place of the region's (or MQTTCA_ENDPOINT)")
	flags.BoolVar(&a.vpc, "vpc", false, "call the region's endpoint inside a VPC")
	a.addProfile(flags)
	flags.Var(&a.ecsRole, "ecs-role", "take credentials from the RAM role of this ECS instance, and nothing else")
	flags.Lookup("ecs-role").NoOptDefVal = anyECSRole
	a.addRequests(flags)
	flags.VisitAll(func(flag *pflag.Flag) {
		flag.Annotations = map[string][]string{ofConnection: nil}
		cmd.Flags().AddFlag(flag)
	})
}

func (a *app) addRegion(flags *pflag.FlagSet) {
	flags.StringVar(&a.region, "region", "", "region of the instance, such as cn-hangzhou (or ALIBABA_CLOUD_REGION_ID, or the profile's)")
}

func (a *app) addProfile(flags *pflag.FlagSet) {
	flags.StringVar(&a.profile, "profile", "", "profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials to take credentials from, and nothing else")
}

// addRequests adds the flags of a command that sends requests, wherever to.
func (a *app) addRequests(flags *pflag.FlagSet) {
	flags.Var(duration{&a.timeout}, "timeout", "end network work after this time (default 2m plus --wait)")
	flags.IntVar(&a.retries, "retries", 5, "how often a request that failed for now is sent again")
}
