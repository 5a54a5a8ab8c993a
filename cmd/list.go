package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
)

type listOptions struct {
	listingFlags
	instance string
	fail     bool
}

func newList(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the CAs of an instance",
		Long: `List the CA certificates registered with an instance, or only those that pass every filter
given. --expiring includes expired certificates, and those with an unreadable validity. For a
monitor, give --fail-if-expiring as well: the exit code is then 8 if the list is not empty.`,
		Example: `  mqttca list --instance post-cn-7mz2d
  mqttca list --instance post-cn-7mz2d --active --name plant --json
  mqttca list --instance post-cn-7mz2d --expiring 30d --fail-if-expiring`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.fail && !o.filter.expires {
				return usage("--fail-if-expiring needs --expiring, such as --expiring 30d")
			}
			if err := o.check(a.json); err != nil {
				return err
			}
			return a.withInstance(cmd, o.instance, func(m *caOnInstance) error { return a.list(m, o) })
		},
	}
	addInstance(cmd, &o.instance)
	o.listingFlags.addFlags(cmd, "CAs")
	cmd.Flags().BoolVar(&o.fail, "fail-if-expiring", false, "exit 8 if a CA expires within the time of --expiring")
	a.addConnection(cmd)
	return cmd
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
	if err := a.printList(document, o.listingFlags, "CA certificates on instance "+o.instance); err != nil {
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

// that says, after the name of a list, how it was filtered.
func (f listFilter) that() string {
	if f == (listFilter{}) {
		return ""
	}
	return " that pass the filters"
}

// takes reports whether a certificate passes. If its validity is unknown, it may expire any day.
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

// An expiringError is a list of expiring CAs that is not empty.
type expiringError struct {
	Count    int
	Instance string
	Within   time.Duration
}

func (e *expiringError) Error() string {
	return fmt.Sprintf("CA certificates of instance %s that expire within %s: %d", e.Instance, duration{value: &e.Within}, e.Count)
}

func (e *expiringError) hint() string {
	return "register a new CA for each, issue new device certificates under it, and run 'mqttca deactivate --with-devices' for the old one when no device needs it"
}
