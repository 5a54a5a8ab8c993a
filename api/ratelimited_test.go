package api

import (
	"net/http"
	"testing"
	"testing/synctest"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// A client at its default rate never meets the limits of the service; one without a limiter
// is blocked.
func TestDefaultRateIsBelowTheLimits(t *testing.T) {
	for name, perSecond := range map[string]int{"at its rate": DefaultRate, "without a limiter": 0} {
		synctest.Test(t, func(t *testing.T) {
			service, err := emulator.New(emulator.Options{Instances: []string{"i"}, RateLimit: true, Strangers: 800, PageLimit: 1,
				Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret"}}})
			if err != nil {
				t.Fatal(err)
			}
			pipe := emulator.NewPipe()
			server := &http.Server{Handler: service}
			go server.Serve(pipe)
			defer server.Close()
			client := NewClient(Config{Endpoint: endpointOf(t, "http://127.0.0.1:1"), UserAgent: "mqttca/test", Dial: pipe.Dial, Limiter: NewLimiter(perSecond),
				Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}})
			defer client.Close()
			listed, err := collect(client.ListCaCertificate(t.Context(), "i"))
			if (err == nil) != (perSecond > 0) || err == nil && len(listed) != 800 {
				t.Errorf("%s: %d entries, %v", name, len(listed), err)
			}
		})
	}
}
