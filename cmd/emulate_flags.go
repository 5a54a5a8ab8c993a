package cmd

import (
	"github.com/spf13/cobra"

	"mqttca/api/emulator"
)

func (o *emulateOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false // in groups: the server, who may do what, the forms, codes and lists, what goes wrong
	flags.StringVar(&o.listen, "listen", o.listen, "loopback address and port to listen on; port 0 picks one")
	flags.BoolVar(&o.tls, "tls", false, "serve https with a certificate made for this run")
	flags.StringVar(&o.broker, "broker-listen", "", "also serve the broker at this loopback address and port; port 0 picks one")
	flags.BoolVar(&o.BrokerOneWay, "broker-one-way", false, "make the broker ask devices for no certificate (mutual TLS off)")
	flags.BoolVar(&o.BrokerNoPassword, "broker-no-password", false, "make the broker accept every user name and password, or none")
	flags.StringArrayVar(&o.Groups, "group", nil, "group of every instance (repeatable; default "+emulator.DefaultGroup+")")
	flags.BoolVar(&o.Hard, "hard", false, "choose another possible behaviour wherever the vendor's pages differ or say nothing")
	flags.StringArrayVar(&o.Instances, "instance", o.Instances, "id of an instance, or ID@REGION (repeatable)")
	flags.IntVar(&o.Numbered, "instances", 0, "number of further instances: post-cn-emulated-0001, post-cn-emulated-0002, ...; to register one CA with several, give --sn-scope instance")
	flags.StringArrayVar(&o.Foreign, "foreign-instance", nil, "id of an instance of another account, or ID@REGION (repeatable)")
	flags.BoolVar(&o.sts, "sts", false, "print temporary credentials, with a security token")
	flags.StringArrayVar(&o.Credentials[0].Allow, "allow", nil, "allowed RAM action, such as mq:RegisterCa (repeatable; default all)")
	flags.StringArrayVar(&o.Deny, "deny", nil, "operation denied to everybody, see above (repeatable)")
	o.addForms(cmd)
	o.addCodesAndLists(cmd)
	flags.Var(duration{value: &o.ClockSkew, signed: true}, "clock-skew", "how far the service's clock is ahead, such as 20m; -20m is behind")
	flags.BoolVar(&o.RateLimit, "rate-limit", false, "throttle an operation above 500 calls a second; block an address above 300 for a minute")
	flags.IntVar(&o.Quota, "quota", 0, "throttle a user above this many calls a second")
	flags.Var(faultFlag{&o.Faults}, "fault", "make calls go wrong, see above (repeatable)")
	flags.Var(&o.faults, "faults", "make calls go wrong at random: rate=R[,seed=N][,kinds=KIND+KIND...]")
}

func (o *emulateOptions) addForms(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar((*string)(&o.Numbers), "numbers", "", "numbers in answers: typed (as in the vendor's SDKs), numbers, strings")
	flags.StringVar((*string)(&o.PEM), "pem", "", "line breaks in PEM: line-feeds, escaped")
	flags.StringVar((*string)(&o.Label), "device-label", "", "PEM label of device certificates: devicecertificate, certificate")
	flags.StringVar((*string)(&o.Total), "total", "", "what Total counts: per-list (pages of CAs, records of devices), records, pages")
	flags.StringVar((*string)(&o.Sn), "sn", "", "form of Sn: padded, upper, plain, der, colons")
	flags.StringVar((*string)(&o.SnScope), "sn-scope", "", "scope in which the serial number of a CA must be unique: instance, region, global")
	flags.StringVar((*string)(&o.Order), "order", "", "order of lists: oldest, newest")
	flags.StringVar((*string)(&o.Statuses), "statuses", "", "HTTP statuses after or before the vendor's notice that changed them: after, before")
	flags.BoolVar(&o.ControlText, "control-text", false, "put control characters into messages and names")
}

func (o *emulateOptions) addCodesAndLists(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&o.RotateCodes, "rotate-codes", false, "replace the registration code each time one is fetched")
	flags.BoolVar(&o.SingleUseCodes, "single-use-codes", false, "accept a registration code once, even if the submission is refused")
	flags.Var(duration{value: &o.CodeLifetime}, "code-lifetime", "make a registration code expire after this time (default never)")
	flags.IntVar(&o.CodeLength, "code-length", 0, "length of registration codes, 36 to 64 (default 46)")
	flags.Var(duration{value: &o.ListDelay}, "list-delay", "list a CA only after this time from its registration")
	flags.Var(duration{value: &o.Flicker}, "flicker", "after --list-delay, show the CA in every second list only, for this time")
	flags.IntVar(&o.PageLimit, "page-limit", 0, "largest page of a list, 1 to 100 (default 100)")
	flags.BoolVar(&o.EndlessList, "endless-list", false, "make lists of CAs endless")
	flags.IntVar(&o.Strangers, "strangers", 0, "number of CAs of other people in each instance")
	flags.IntVar(&o.DevicesPerCA, "devices", 0, "number of device certificates under each registered CA")
	flags.BoolVar(&o.RefuseNoDevices, "refuse-no-devices", false, "refuse to list the devices of a CA that has none (FindDeviceBySnError)")
}

// checkFlags refuses zeros, which the emulator takes for flags not given, and flags of a missing
// broker.
func (o emulateOptions) checkFlags(cmd *cobra.Command) error {
	for _, name := range []string{"page-limit", "code-length"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "0" {
			return usage("--%s cannot be 0", name)
		}
	}
	if o.broker == "" && (o.BrokerOneWay || o.BrokerNoPassword) {
		return usage("--broker-one-way and --broker-no-password need --broker-listen")
	}
	return nil
}

// service makes the options of the emulator, which judges whether they make sense.
func (o *emulateOptions) service() emulator.Options {
	if o.sts {
		o.Credentials[0].SecurityToken = emulatedToken
	}
	o.Mixture = o.faults.Mixture
	return o.Options
}
