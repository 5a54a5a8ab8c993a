package cmd

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"
)

// An app is one run of the command line: its streams and what every command shares.
type app struct {
	in  io.Reader
	out io.Writer // the result, nothing else
	err *screen   // everything else

	shown display // how a result is shown

	region   string
	endpoint string
	profile  string
	ecsRole  ecsRole
	vpc      bool
	timeout  time.Duration
	retries  int
	json     bool
	quiet    bool
	verbose  bool
}

// defaultTimeout bounds the network work of a command, beside the time that it waits
// on purpose.
const defaultTimeout = 2 * time.Minute

func (a *app) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&a.region, "region", "", "region of the instance, such as cn-hangzhou (or ALIBABA_CLOUD_REGION_ID, or the profile's)")
	flags.StringVar(&a.endpoint, "endpoint", "", "host or URL to call in place of the region's (or MQTTCA_ENDPOINT)")
	flags.BoolVar(&a.vpc, "vpc", false, "call the region's endpoint inside a VPC")
	flags.StringVar(&a.profile, "profile", "", "profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials to take credentials from, and nothing else")
	flags.Var(&a.ecsRole, "ecs-role", "take credentials from the RAM role of this ECS instance, and nothing else")
	flags.Lookup("ecs-role").NoOptDefVal = anyECSRole
	flags.Var(duration{&a.timeout}, "timeout", "end network work after this time (default 2m plus --wait)")
	flags.IntVar(&a.retries, "retries", 5, "how often a request that failed for now is sent again")
	flags.BoolVar(&a.json, "json", false, "print one JSON document; implies --quiet")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print no progress and no hints")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "print each request and answer as one line on stderr")
}

// network bounds network work; wait is what the command waits on purpose.
func (a *app) network(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	limit := a.timeout
	if limit == 0 {
		limit = defaultTimeout + wait
	}
	return context.WithTimeout(ctx, limit)
}

// note prints a line of progress.
func (a *app) note(format string, args ...any) {
	if !a.silent() {
		a.err.say("", untoned, fmt.Sprintf(format, args...))
	}
}

// silent reports whether progress is not wanted.
func (a *app) silent() bool { return a.quiet || a.json }

// warn prints what a person should know also where progress is not wanted.
func (a *app) warn(format string, args ...any) {
	a.err.say("warning: ", yellow, fmt.Sprintf(format, args...))
}
