package workflow_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A printer is an observer that prints warnings, and nothing of the steps.
type printer struct{}

func (printer) Started(workflow.Step)           {}
func (printer) Ended(workflow.Step, error)      {}
func (printer) Counted(workflow.Step, int, int) {}
func (printer) Warned(text string)              { fmt.Println("warning:", text) }

// Register a CA with the embedded service, twice: the second run changes nothing. With the
// real service the endpoint is that of a region and the authority is loaded from files.
func Example() {
	client, stop := emulated("post-cn-example")
	defer stop()
	authority, err := pki.NewThrowawayAuthority(time.Now())
	if err != nil {
		panic(err)
	}
	defer authority.Close()

	instance := workflow.Instance{ID: "post-cn-example", Client: client, Observer: printer{}}
	order := workflow.Order{Authority: authority, Name: "plant-7", Validity: time.Hour, Wait: time.Minute}
	for range 2 {
		result, err := instance.Register(context.Background(), order)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %s, active %v\n", result.Listed.CaName, result.Outcome, result.Listed.Active)
	}
	// Output:
	// plant-7: registered, active true
	// plant-7: already_registered, active true
}

// emulated is a client of the embedded service, which has this instance.
func emulated(instance string) (client *api.Client, stop func()) {
	service, err := emulator.New(emulator.Options{
		Instances:   []string{instance},
		Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret"}},
	})
	if err != nil {
		panic(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", true, service)
	if err != nil {
		panic(err)
	}
	endpoint, err := api.ParseEndpoint(server.URL)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.RootPEM)
	client = api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		UserAgent:   "example/1",
		Roots:       roots,
	})
	return client, func() { client.Close(); server.Close() }
}
