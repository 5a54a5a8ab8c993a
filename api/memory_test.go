//go:build !race

package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// peakHeap is the most memory that the heap had in use while do ran, above that before.
func peakHeap(do func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	var peak atomic.Uint64
	before, done := inUse(), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				peak.Store(max(peak.Load(), inUse()))
			}
		}
	})
	do()
	close(done)
	group.Wait()
	return peak.Load() - min(before, peak.Load())
}

// A list of 25,000 CAs is read in less memory than it takes as a whole, 75 MB, and pages of any
// other shape take little, too.
func TestMemoryOfALongList(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 250 MB")
	}
	content := func(size int) string { return strings.Repeat("A", size) }
	normal, long, tooLong := content(1300), content(30_000), content(80_000)
	for _, tt := range []struct {
		name        string
		pages, size int
		content     func(page int) string
		want        int // entries; 0: the listing fails
		most        uint64
	}{
		{"25,000 CAs", 250, 100, func(int) string { return normal }, 25_000, 60e6},
		{"pages of entries of 80 kB", 8, 50, func(int) string { return tooLong }, 400, 100e6},
		{"long pages behind a short one", 8, 100, func(page int) string { return []string{"", long}[min(page-1, 1)] }, 800, 100e6},
		{"entries of nothing", 1, 300_000, func(int) string { return "" }, 0, 100e6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				number, _ := strconv.Atoi(r.URL.Query().Get("PageNo"))
				io.WriteString(w, `{"Data":{"CaCertificateVOS":[{}`)
				for i := range tt.size {
					if number > tt.pages {
						break
					}
					fmt.Fprintf(w, `,{"Sn":"%d","CaContent":"%s","VerificationContent":"%s"}`, number*tt.size+i, tt.content(number), tt.content(number))
				}
				io.WriteString(w, `]}}`)
			}))
			defer server.Close()
			client, listed := newTestClient(t, server, nil), 0
			var failed error
			peak := peakHeap(func() {
				for entry, err := range client.ListCaCertificate(t.Context(), "i") {
					if failed = err; err == nil && entry.Sn != "" {
						listed++
					}
				}
			})
			if peak > tt.most || listed != tt.want || (failed == nil) != (tt.want > 0) {
				t.Errorf("%d entries, %v, %d MB", listed, failed, peak/1e6)
			}
			t.Logf("%d MB", peak/1e6)
		})
	}
}

// The instances of an account come in one answer: 10,000 are read, and entries of nothing take
// little memory.
func TestMemoryOfManyInstances(t *testing.T) {
	for _, tt := range []struct {
		entry string
		n     int
		more  bool // than a list may have
	}{
		{`{"InstanceId":"post-cn-emulated-0001","InstanceName":"n","InstanceStatus":5,"InstanceType":1,"RegionId":"cn-hangzhou","KernelVersion":"V3.3.0","Specific":"",` +
			`"OrderId":"2","MqttTags":[{"TagKey":"a","TagValue":"b"},{"TagKey":"c","TagValue":"d"}],"CreateTime":1739345768000,"ExpireTime":4102444800000}`, 10_000, false},
		{`{}`, 199_000, false},
		{`{}`, 201_000, true},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"Instances":[`+strings.Repeat(tt.entry+",", tt.n-1)+tt.entry+`]}`)
		}))
		var listed []Instance
		var err error
		client := newTestClient(t, server, nil)
		peak := peakHeap(func() { listed, err = client.ListInstances(t.Context()) })
		if server.Close(); (err != nil) != tt.more || !tt.more && len(listed) != tt.n || peak > 100e6 {
			t.Errorf("%d of %d instances, %v, %d MB", len(listed), tt.n, err, peak/1e6)
		}
		t.Logf("%d instances: %d MB", tt.n, peak/1e6)
	}
}
