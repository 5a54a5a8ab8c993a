package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A quotaServer takes so many requests a second and throttles the others, after 50 ms.
type quotaServer struct {
	quota   int
	sliding bool // counts those of any second, not of each second of the clock
	retry   string

	mutex     sync.Mutex
	taken     []time.Time
	throttled int
	seconds   map[time.Time]int // the requests in each
}

func (s *quotaServer) take() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	since := time.Now().Truncate(time.Second)
	s.seconds[since]++
	if s.sliding {
		since = time.Now().Add(-time.Second)
	}
	if n := len(s.taken); n >= s.quota && !s.taken[n-s.quota].Before(since) {
		s.throttled++
		return false
	}
	s.taken = append(s.taken, time.Now())
	return true
}

func (s *quotaServer) serve(_ int, w http.ResponseWriter, _ *http.Request) {
	took := s.take()
	time.Sleep(50 * time.Millisecond)
	if took {
		io.WriteString(w, done)
		return
	}
	w.Header().Set("x-acs-retry-after", s.retry)
	refuse(w, 400, "Throttling.User")
}

// Under a quota below the client's rate no request of many is lost, none waits much longer
// than the others, few are throttled, and most of the quota is used.
func TestLimiterMeetsAQuota(t *testing.T) {
	for _, tt := range []struct {
		server  *quotaServer
		clients int // that share the limiter
		calls   int
		apart   bool // each client has a limiter of its own, as in a process of its own
	}{
		{&quotaServer{quota: 50}, 1, 2000, false},
		{&quotaServer{quota: 50, sliding: true}, 1, 2000, false},
		{&quotaServer{quota: 50, retry: "2000"}, 1, 2000, false},
		{&quotaServer{quota: 50}, 5, 2000, false},
		{&quotaServer{quota: 50}, 2, 2000, true},
		{&quotaServer{quota: 200}, 1, 4000, false},
		{&quotaServer{quota: 10}, 1, 600, false},
		{&quotaServer{quota: 3}, 1, 150, false},
	} {
		name := fmt.Sprintf("%d a second, sliding %v, retry after %s, %d clients, apart %v", tt.server.quota, tt.server.sliding, tt.server.retry, tt.clients, tt.apart)
		synctest.Test(t, func(t *testing.T) {
			server, limiter, start := tt.server, NewLimiter(ManyRate), time.Now()
			server.seconds = map[time.Time]int{}
			next := make(chan *bubble)
			var mutex sync.Mutex
			var took []time.Duration
			var group sync.WaitGroup
			for range 32 {
				group.Go(func() {
					for b := range next {
						begun := time.Now()
						if _, err := b.GetRegisterCode(t.Context(), "i"); err != nil {
							t.Errorf("%s: %v", name, err)
						}
						mutex.Lock()
						took = append(took, time.Since(begun))
						mutex.Unlock()
					}
				})
			}
			var clients []*bubble
			for range tt.clients {
				b := newBubble(t, 3, server.serve)
				b.config.Limiter = limiter
				if tt.apart { // a process does not see that others succeed
					b.config.Limiter, b.config.Retries = NewLimiter(ManyRate), Unlimited
				}
				clients = append(clients, b)
			}
			for n := range tt.calls {
				next <- clients[n%tt.clients]
			}
			close(next)
			group.Wait()
			slices.Sort(took)
			used := float64(tt.calls) / float64(tt.server.quota) / time.Since(start).Seconds()
			average, longest := time.Duration(32/used/float64(tt.server.quota)*float64(time.Second)), took[len(took)-1]
			t.Logf("%s: %v, %.0f %% of the quota, %d throttled, a call %v on average and at most %v", name, time.Since(start).Round(time.Second/10), 100*used, server.throttled, average, longest)
			for second, n := range server.seconds {
				if second.Sub(start) > 5*time.Second && n > server.quota*6/5+2 {
					t.Errorf("%s: %d requests in second %v", name, n, second.Sub(start))
				}
			}
			if used < 0.7 || server.throttled > tt.calls/10+64 || longest > 2*average+20*time.Second {
				t.Error("that is too little, too many, or too long")
			}
		})
	}
}

// Requests that were on their way together lower the rate once. Nothing goes out for a while
// then, and those that wait keep their order. Success raises the rate, up to where it began.
func TestLimiterIsLoweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, start, throttle := NewLimiter(100), time.Now(), &Error{Code: "Throttling.User"}
		time.Sleep(time.Second)
		for n := range 16 {
			limiter.ended(start.Add(time.Duration(n)), throttle)
		}
		limiter.ended(time.Now(), throttle)
		if limiter.Rate() != 70 {
			t.Errorf("rate %v", limiter.Rate())
		}
		went := make(chan int, 8)
		for n := range 8 {
			go func() {
				if limiter.wait(t.Context()) == nil {
					went <- n
				}
			}()
			synctest.Wait()
		}
		for n := range 8 {
			if got := <-went; got != n {
				t.Errorf("request %d went as number %d", got, n)
			}
		}
		// the first after the pause, seven behind it
		if took := time.Since(start.Add(time.Second)); took < throttlePause+7*time.Second/71 || took > throttlePause+7*time.Second/69 {
			t.Errorf("8 requests took %v", took)
		}
		for range 10_000 {
			limiter.ended(time.Now(), nil)
		}
		if limiter.Rate() != 100 {
			t.Errorf("rate %v", limiter.Rate())
		}
		for range 100 {
			time.Sleep(time.Second)
			limiter.ended(time.Now(), throttle)
		}
		if limiter.Rate() != 1 {
			t.Errorf("rate %v", limiter.Rate())
		}
	})
}

// A request that waits for its turn ends with its context.
func TestLimiterEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := NewLimiter(1)
		limiter.wait(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start, failed := time.Now(), new(atomic.Int32)
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if limiter.wait(ctx) != nil {
					failed.Add(1)
				}
			})
		}
		group.Wait()
		if took := time.Since(start); failed.Load() != 8 || took > 2*time.Second {
			t.Errorf("%d of 10 failed in %v", failed.Load(), took)
		}
	})
}
