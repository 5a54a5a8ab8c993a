package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/api/wire/wiretest"
)

// A client at its default rate never meets the limits of the service; one without a limiter
// is blocked.
func TestDefaultRateIsBelowTheLimits(t *testing.T) {
	for name, perSecond := range map[string]int{"at its rate": DefaultRate, "without a limit": 10_000} {
		synctest.Test(t, func(t *testing.T) {
			service, err := emulator.New(emulator.Options{Instances: []string{"i"}, RateLimit: true, Strangers: 400, PageLimit: 1,
				Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret"}}})
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: service}
			defer server.Close()
			client := NewClient(Config{Endpoint: endpointOf(t, "http://127.0.0.1:1"), UserAgent: "mqttca/test", Dial: wiretest.Dial(server), Limiter: NewLimiter(perSecond),
				Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}})
			defer client.Close()
			listed, err := collect(client.ListCaCertificate(t.Context(), "i"))
			if (err == nil) != (perSecond == DefaultRate) || err == nil && len(listed) != 400 {
				t.Errorf("%s: %d entries, %v", name, len(listed), err)
			}
		})
	}
}

// A quota of 3 calls a second lets a list of 5,000 CAs through in time, and is asked ever
// less often.
func TestListWithinAQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mutex sync.Mutex
		var second time.Time
		inSecond, early := 0, 0
		start := time.Now()
		b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, r *http.Request) {
			mutex.Lock()
			defer mutex.Unlock()
			if time.Since(second) >= time.Second {
				second, inSecond = time.Now(), 0
			}
			if time.Since(start) < 3*time.Second {
				early++
			}
			if inSecond++; inSecond > 3 {
				w.Header().Set("x-acs-retry-after", "200")
				refuse(w, 400, "Throttling.User")
				return
			}
			page, _ := strconv.Atoi(r.URL.Query().Get("PageNo"))
			var entries []string
			for i := range 100 {
				if page <= 50 {
					entries = append(entries, fmt.Sprintf(`{"Sn":"%d"}`, page*100+i))
				}
			}
			fmt.Fprintf(w, `{"Data":{"PageSize":100,"CaCertificateVOS":[%s]}}`, strings.Join(entries, ","))
		})
		b.config.Limiter = NewLimiter(DefaultRate)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		listed, err := collect(b.ListCaCertificate(ctx, "i"))
		t.Logf("%d requests in %v, %d in the first 3 s", len(b.requests), time.Since(start), early)
		if err != nil || len(listed) != 5000 || early > 45 || len(b.requests) > 130 {
			t.Errorf("%d entries in %d requests, %d of them in the first 3 s, %v", len(listed), len(b.requests), early, err)
		}
	})
}
