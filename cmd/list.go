package cmd

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
)

type listOptions struct {
	instance string
	listingFlags
	filter listFilter
	fail   bool
}

func newList(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the CAs of an instance",
		Long: `List the CA certificates that are registered with an instance: all, or those that every
given filter lets through. What has expired counts as expiring, and so does what has a
validity that cannot be read. With --fail-if-expiring a list that is not empty ends in
exit 8, for a monitor.`,
		Example: `  mqttca list --instance post-cn-7mz2d
  mqttca list --instance post-cn-7mz2d --active --name plant --json
  mqttca list --instance post-cn-7mz2d --expiring 30d --fail-if-expiring`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(o.check(cmd), o.listingFlags.check(a.json)); err != nil {
				return err
			}
			return a.withInstance(cmd, o.instance, func(m *caOnInstance) error { return a.list(m, o) })
		},
	}
	addInstance(cmd, &o.instance)
	o.listingFlags.addFlags(cmd)
	o.filter.addFlags(cmd, "CAs")
	cmd.Flags().BoolVar(&o.fail, "fail-if-expiring", false, "exit 8 where a CA expires within the time of --expiring")
	a.addConnection(cmd)
	return cmd
}

func (o listOptions) check(cmd *cobra.Command) error {
	switch {
	case o.instance == "":
		return require(cmd, "instance")
	case o.fail && !cmd.Flags().Changed("expiring"):
		return usage("--fail-if-expiring needs --expiring, such as --expiring 30d")
	}
	return o.filter.check()
}

// A listDocument is the result of list.
type listDocument struct {
	origin
	InstanceID     string        `json:"instance_id"`
	CACertificates []*caDocument `json:"ca_certificates"`
}

func (a *app) list(m *caOnInstance, o listOptions) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	all, err := collect(o.instance, m.session.client.ListCaCertificate(ctx, o.instance), o.filter, func(listed api.CaCertificate) *caDocument {
		return new(newCADocument(listed))
	})
	if err != nil {
		return err
	}
	document := listDocument{m.session.origin("list"), o.instance, all}
	if err := a.printList(document, o.listingFlags, "CA certificates on instance "+o.instance+o.filter.that()); err != nil {
		return err
	}
	if o.fail && len(all) > 0 {
		return &expiringError{Count: len(all), Instance: o.instance, Within: o.filter.expiring}
	}
	return nil
}

func (d listDocument) listing() listing {
	return listing{[]string{"registration_code", "verification_sha256"}, entriesOf(d.CACertificates)}
}

func (d listDocument) head() any {
	d.CACertificates = []*caDocument{}
	return d
}

func (d listDocument) plain(p *terminal.Sheet, wide bool) error {
	d.listing().print(p, wide)
	d.listedBy(p)
	return nil
}

// A listFilter selects CA or device certificates. Its zero value takes all.
type listFilter struct {
	active   bool
	inactive bool
	expires  bool          // expiring counts
	expiring time.Duration // from now
	name     string
}

func (f *listFilter) addFlags(cmd *cobra.Command, what string) {
	cmd.Flags().BoolVar(&f.active, "active", false, "list active "+what+" only")
	cmd.Flags().BoolVar(&f.inactive, "inactive", false, "list inactive "+what+" only")
	cmd.Flags().Var(duration{value: &f.expiring, given: &f.expires}, "expiring", "list "+what+" only that expire within this time, such as 30d")
	cmd.Flags().StringVar(&f.name, "name", "", "list "+what+" only with this text in their name, in whatever case")
}

func (f listFilter) check() error {
	if f.active && f.inactive {
		return usage("--active and --inactive exclude each other")
	}
	return nil
}

// that says behind the name of a list that it was filtered.
func (f listFilter) that() string {
	if f == (listFilter{}) {
		return ""
	}
	return " that the filters let through"
}

// takes reports whether a certificate passes. One whose validity is unknown may expire any day.
func (f listFilter) takes(c certificateDocument, now time.Time) bool {
	switch {
	case f.active && !isTrue(c.Active), f.inactive && c.state() != "inactive":
		return false
	case !strings.Contains(strings.ToLower(string(c.Name)), strings.ToLower(f.name)):
		return false
	}
	if !f.expires {
		return true
	}
	end, known := c.expires()
	return !known || end.Before(now.Add(f.expiring))
}

// An expiringError says that a list of expiring CAs is not empty.
type expiringError struct {
	Count    int
	Instance string
	Within   time.Duration
}

func (e *expiringError) Error() string {
	return fmt.Sprintf("instance %s has CA certificates that expire within %s, %d in number", e.Instance, duration{value: &e.Within}, e.Count)
}

func (e *expiringError) hint() string {
	return "register a new CA beside each, issue the device certificates anew under it, and run 'mqttca deactivate --with-devices' for the old one when no device needs it"
}
