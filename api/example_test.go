package api_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// A client of the embedded service. With the real one the endpoint is
// RegionalEndpoint("cn-hangzhou", false) and the credentials are those of credentials.Find.
func Example() {
	service, err := emulator.New(emulator.Options{
		Instances:   []string{"post-cn-example"},
		Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret"}},
	})
	if err != nil {
		panic(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", true, service)
	if err != nil {
		panic(err)
	}
	defer server.Close()
	endpoint, err := api.ParseEndpoint(server.URL)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.RootPEM)

	client := api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		UserAgent:   "example/1",
		Roots:       roots,
		Retries:     3,
	})
	defer client.Close()

	ctx := context.Background()
	code, err := client.GetRegisterCode(ctx, "post-cn-example")
	fmt.Println("a code of", len(code.Code), "characters:", err)
	for ca, err := range client.ListCaCertificate(ctx, "post-cn-example") {
		fmt.Println("listed:", ca.CaName, err)
	}

	_, err = client.InactivateCaCertificate(ctx, "post-cn-example", "0123456789")
	var refusal *api.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Operation, "was refused:", refusal.Code)
	}
	// Output:
	// a code of 46 characters: <nil>
	// InactivateCaCertificate was refused: FindCaBySnError
}

// What an error means does not depend on its HTTP status, and after some the operation may
// have been done all the same.
func ExampleKindOf() {
	for _, code := range []string{"NoPermission", "Throttling.User", "InternalError"} {
		err := fmt.Errorf("registering: %w", &api.Error{Code: code})
		kind, _ := api.KindOf(err)
		fmt.Printf("%s: not permitted %v, try again %v, maybe done %v\n", code, kind == api.Unpermitted, kind.Retry(), api.MaybeDone(err))
	}
	// Output:
	// NoPermission: not permitted true, try again false, maybe done false
	// Throttling.User: not permitted false, try again true, maybe done false
	// InternalError: not permitted false, try again true, maybe done true
}
