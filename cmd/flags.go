package cmd

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/api"
	"mqttca/pki"
)

// The flags of several commands, so that they read the same everywhere.

func addInstance(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "instance", "", "id of the instance, such as post-cn-7mz2d")
}

func addCACert(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "ca-cert", "", "file with the CA certificate (PEM or DER), or pkcs11 URI of one in an HSM")
}

func addVerificationCert(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "verification-cert", "", "file with the verification certificate (PEM or DER)")
}

// defaultWait is how long the list may take to show a change.
const defaultWait = 60 * time.Second

func addWait(cmd *cobra.Command, value *time.Duration) {
	*value = defaultWait
	cmd.Flags().Var(duration{value: value}, "wait", "how long to wait until the service shows the change")
}

// minValidity leaves time to submit.
const minValidity = time.Minute

func addValidity(cmd *cobra.Command, value *time.Duration) {
	*value = pki.DefaultValidity
	cmd.Flags().Var(duration{value: value}, "validity", "how long the verification certificate is valid")
}

func requireValidity(validity time.Duration) error {
	if validity < minValidity {
		return usage("--validity must be at least %s", minValidity)
	}
	return nil
}

// connectionFlags say how to call the service, and at which host.
type connectionFlags struct {
	region   string
	endpoint string
	profile  string
	ecsRole  ecsRole
	vpc      bool
	timeout  time.Duration // 0: see withTimeout
	retries  int           // api.Unlimited unless given
	rate     int           // requests a second
	many     bool          // the work is over many objects
}

// ofConnection marks these flags for the help.
const ofConnection = "connection"

// addConnection adds the flags for calling the service.
func (c *connectionFlags) addConnection(cmd *cobra.Command) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.addRegion(flags)
	flags.StringVar(&c.endpoint, "endpoint", "", "host or URL to call instead of the region's endpoint (or MQTTCA_ENDPOINT)")
	flags.BoolVar(&c.vpc, "vpc", false, "call the region's endpoint for use inside a VPC")
	c.addProfile(flags)
	flags.Var(&c.ecsRole, "ecs-role", "take credentials only from the RAM role of this ECS instance")
	flags.Lookup("ecs-role").NoOptDefVal = anyECSRole
	limit := "2m"
	if cmd.Flags().Lookup("wait") != nil {
		limit += " plus --wait"
	}
	if cmd.Flags().Lookup("deadline") != nil {
		limit += "; see --deadline"
	}
	c.addRequests(flags, limit)
	flags.IntVar(&c.rate, "rate", api.DefaultRate, "send at most this many requests a second (default "+strconv.Itoa(api.DefaultRate)+"; "+strconv.Itoa(api.ManyRate)+" for fleets, --all and --with-devices); divide it among the processes behind one address")
	flags.Lookup("rate").DefValue = "0" // the words have the default
	flags.VisitAll(func(flag *pflag.Flag) { flag.Annotations = map[string][]string{ofConnection: nil} })
	cmd.Flags().AddFlagSet(flags) // without --region of import, which has its own
}

func (c *connectionFlags) addRegion(flags *pflag.FlagSet) {
	flags.StringVar(&c.region, "region", "", "region of the instance, such as cn-hangzhou (or ALIBABA_CLOUD_REGION_ID, or the profile's)")
}

func (c *connectionFlags) addProfile(flags *pflag.FlagSet) {
	flags.StringVar(&c.profile, "profile", "", "take credentials only from this profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials")
}

// paceMany sets the rate for work over many objects, unless one is given.
func (c *connectionFlags) paceMany(cmd *cobra.Command) {
	c.many = true
	if !cmd.Flags().Changed("rate") {
		c.rate = api.ManyRate
	}
}

// addRequests adds the flags for requests to any host. limit is the default of --timeout.
func (c *connectionFlags) addRequests(flags *pflag.FlagSet, limit string) {
	flags.Var(duration{value: &c.timeout}, "timeout", "stop network work after this time (default "+limit+")")
	flags.IntVar(&c.retries, "retries", api.Unlimited, "how often to send a request again after a temporary failure (default: until --timeout)")
	flags.Lookup("retries").DefValue = "0" // the help shows no default by itself
}
