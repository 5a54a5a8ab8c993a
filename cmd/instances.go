package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/cmd/terminal"
)

func newInstances(a *app) *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "instances",
		Short: "List the instances of the account",
		Long: `List the instances of your account in a region, or with --all-regions in every region whose endpoint
the vendor publishes (with --vpc, for use inside a VPC): id, name, edition and state. Edition and
state are in the words of the vendor's page, or "unknown". The page names no permission for this
call. If a region does not answer, the others are listed all the same; the region is named at the
end, and its failure decides the exit code.`,
		Example: `  mqttca instances --region cn-hangzhou
  mqttca instances --region cn-hangzhou --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				return a.listAllRegions(cmd)
			}
			return a.listRegion(cmd)
		},
	}
	command.Flags().BoolVar(&all, "all-regions", false, "ask every region whose endpoint the vendor publishes, all at once")
	a.addConnection(command)
	return command
}

// An instanceDocument is an instance as the service lists it.
type instanceDocument struct {
	InstanceID string  `json:"instance_id"`
	Name       text    `json:"name"`
	Region     text    `json:"region"`
	Type       text    `json:"type"`
	Status     text    `json:"status"`
	Created    instant `json:"created"`
	Expires    instant `json:"expires"`
}

// An instancesDocument is the result of instances. With --all-regions, its origin has no region.
type instancesDocument struct {
	origin
	Instances  []instanceDocument `json:"instances"`
	Unanswered []string           `json:"unanswered_regions"`
}

func (a *app) listRegion(cmd *cobra.Command) error {
	s, err := a.connect(cmd)
	if err != nil {
		return err
	}
	defer s.client.Close()
	listed, err := a.instancesOf(cmd.Context(), s)
	if err != nil {
		return err
	}
	return a.printInstances(instancesDocument{s.origin("instances"), listed, []string{}})
}

func (a *app) printInstances(document instancesDocument) error {
	if len(document.Instances) == 0 {
		a.note("no instances")
	}
	return a.print(document, a.shown.Layout(document.plain))
}

func (a *app) instancesOf(ctx context.Context, s *session) ([]instanceDocument, error) {
	ctx, cancel := a.withTimeout(ctx, 0)
	defer cancel()
	listed, err := s.client.ListInstances(ctx)
	documents := []instanceDocument{}
	for _, i := range listed {
		documents = append(documents, instanceDocument{i.InstanceID, text(i.InstanceName), text(i.RegionID), text(i.Type), text(i.Status), instantOf(i.Created), instantOf(i.Expires)})
	}
	return documents, err
}

// A regionsError is a list of all regions without some of them.
type regionsError struct {
	Regions []string
	Of      int
	Err     error // of the first
}

func (e *regionsError) Error() string {
	return fmt.Sprintf("%d of %d regions gave no list of instances (%s): %s", len(e.Regions), e.Of, strings.Join(e.Regions, ", "), e.Err)
}

func (e *regionsError) Unwrap() error { return e.Err }

// listAllRegions asks all regions at once. If one does not answer, it prints the others.
func (a *app) listAllRegions(cmd *cobra.Command) error {
	if a.endpoint != "" || os.Getenv(envEndpoint) != "" {
		return misuse(errors.New("--all-regions asks the vendor's regions, but --endpoint or " + envEndpoint + " names another host"))
	}
	provider, err := await(cmd.Context(), func() (credentials.Provider, error) { return credentials.Find(a.search()) })
	if err != nil {
		return err
	}
	regions := api.Regions(a.vpc)
	sessions := make([]*session, len(regions))
	for i, region := range regions {
		endpoint, err := api.RegionalEndpoint(region, a.vpc)
		if err == nil {
			err = endpoint.CheckProxy()
		}
		if err != nil {
			return err
		}
		sessions[i] = a.open(api.Config{Endpoint: endpoint, Credentials: provider})
		defer sessions[i].client.Close()
	}
	lists, errs := make([][]instanceDocument, len(regions)), make([]error, len(regions))
	var group sync.WaitGroup
	for i, s := range sessions {
		group.Go(func() { lists[i], errs[i] = a.instancesOf(cmd.Context(), s) })
	}
	group.Wait()
	failed := &regionsError{Of: len(regions), Regions: []string{}}
	for i, err := range errs {
		if err != nil {
			failed.Regions, failed.Err = append(failed.Regions, regions[i]), cmp.Or(failed.Err, err)
		}
	}
	vendor := origin{Format: formatOf("instances"), VendorEndpoint: new(true), Emulated: new(false)}
	if err := a.printInstances(instancesDocument{vendor, slices.Concat(lists...), failed.Regions}); err != nil || failed.Err == nil {
		return err
	}
	return failed
}

func (d instancesDocument) plain(p *terminal.Sheet) error {
	p.Table(terminal.Table{Count: len(d.Instances), Columns: []terminal.Column{
		{Label: "instance"}, {Label: "name", Yields: true}, {Label: "region"}, {Label: "type"}, {Label: "status"}, {Label: "expires"},
	}, Row: func(n int) []terminal.Cell {
		i := d.Instances[n]
		return []terminal.Cell{{Text: i.InstanceID}, {Text: string(i.Name)}, {Text: string(i.Region)}, {Text: string(i.Type)}, {Text: string(i.Status)}, {Text: string(i.Expires)}}
	}})
	d.listedBy(p)
	return nil
}
