package credentials

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fetched counts how often credentials were fetched that are good for so long.
type fetched struct {
	times int
	last  time.Duration
	takes time.Duration
	fail  error
}

func (f *fetched) fetch(ctx context.Context) (Credentials, error) {
	f.times++
	select {
	case <-time.After(f.takes):
	case <-ctx.Done():
		return Credentials{}, &StoppedError{"a test", ctx.Err()}
	}
	if f.fail != nil {
		return Credentials{}, f.fail
	}
	return Credentials{AccessKeyID: fmt.Sprint("id-", f.times), AccessKeySecret: "secret", Expires: time.Now().Add(f.last).UTC()}, nil
}

func TestRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fetched{last: time.Hour}
		provider := newRenewed("a test", f.fetch)
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{0, "id-1"}, {0, "id-1"},
			{57*time.Minute - time.Second, "id-1"},
			{time.Second, "id-2"}, // three minutes are left
			{2 * time.Hour, "id-3"},
		} {
			time.Sleep(step.after)
			got, err := provider.Credentials(context.Background())
			if err != nil || got.AccessKeyID != step.want || got.Source != "a test" {
				t.Errorf("after %v: %s of %s, %v; want %s", step.after, got.AccessKeyID, got.Source, err, step.want)
			}
		}
	})
}

// Whoever waits finds what the one before has fetched.
func TestOneFetchesForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fetched{last: time.Hour, takes: time.Second}
		provider := newRenewed("a test", f.fetch)
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if got, err := provider.Credentials(context.Background()); got.AccessKeyID != "id-1" || err != nil {
					t.Errorf("%s, %v", got.AccessKeyID, err)
				}
			})
		}
		group.Wait()
	})
}

// After a failure the next request asks anew; what was fetched but cannot be used is one.
func TestFailureIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("not now")
		f := &fetched{last: time.Hour, fail: failure}
		provider := newRenewed("a test", f.fetch)
		if _, err := provider.Credentials(context.Background()); err != failure {
			t.Error(err)
		}
		f.fail = nil
		if got, err := provider.Credentials(context.Background()); got.AccessKeyID != "id-2" || err != nil {
			t.Errorf("%s, %v", got.AccessKeyID, err)
		}
		odd := newRenewed("a test", func(context.Context) (Credentials, error) {
			return Credentials{AccessKeyID: "id", AccessKeySecret: "never\nshown"}, nil
		})
		const want = "no usable credentials: the AccessKey secret of a test has a space, a line break or another character not allowed in keys"
		if _, err := odd.Credentials(context.Background()); err == nil || err.Error() != want {
			t.Error(err)
		}
	})
}

// What has expired already when it is handed out is not used.
func TestHandedOutTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for last, want := range map[time.Duration]string{
			time.Second: "",
			0:           "no usable credentials: the credentials issued for a test expired at 2000-01-01T00:00:00Z",
			-time.Hour:  "no usable credentials: the credentials issued for a test expired at 1999-12-31T23:00:00Z",
		} {
			got, err := newRenewed("a test", (&fetched{last: last}).fetch).Credentials(context.Background())
			var problem *Error
			switch {
			case want == "" && (err != nil || got.AccessKeyID != "id-1"):
				t.Errorf("%v left: %s, %v", last, got.AccessKeyID, err)
			case want != "" && (!errors.As(err, &problem) || err.Error() != want || problem.Advice != "check this machine's clock, and whether the source of the credentials renews them"):
				t.Errorf("%v left:\n got %v\nwant %s", last, err, want)
			}
		}
	})
}

// Fetching, and waiting for somebody else who fetches, ends with the context.
func TestFetchingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fetched{last: time.Hour, takes: time.Hour}
		provider := newRenewed("a test", f.fetch)
		long, cancel := context.WithCancel(context.Background())
		var group sync.WaitGroup
		group.Go(func() {
			_, err := provider.Credentials(long)
			if !errors.Is(err, context.Canceled) || err.Error() != "interrupted while credentials were fetched for a test" {
				t.Error(err)
			}
		})
		synctest.Wait()
		short, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		_, err := provider.Credentials(short)
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "the time ran out while credentials were fetched for a test" {
			t.Error(err)
		}
		cancel()
		group.Wait()
		if f.times != 1 {
			t.Errorf("fetched %d times at once", f.times)
		}
	})
}

// Credentials that are good for over three minutes are used again; whoever gives no time
// gives them once.
func TestLasting(t *testing.T) {
	for left, want := range map[time.Duration]bool{4 * time.Minute: true, 2 * time.Minute: false, -time.Hour: false} {
		if got := (Credentials{AccessKeyID: "i", Expires: time.Now().Add(left)}).lasting(); got != want {
			t.Errorf("%v left: %v", left, got)
		}
	}
	if !(Credentials{AccessKeyID: "i"}).lasting() || (Credentials{}).lasting() {
		t.Error("no expiry, or nothing at all")
	}
}
