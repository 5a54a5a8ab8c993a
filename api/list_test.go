package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// collect reads a listing to its end.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for entry, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, entry)
	}
	return all, nil
}

// servePages serves these pages by their number, each a list of Sn; what lies behind
// them is empty. A page "!" is a refusal. size is the page size that the answers echo.
func servePages(t *testing.T, size any, pages ...string) (client *Client, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		number, err := strconv.Atoi(r.URL.Query().Get("PageNo"))
		if err != nil || r.URL.Query().Get("PageSize") != "100" {
			t.Errorf("asked for page %q of size %q", r.URL.Query().Get("PageNo"), r.URL.Query().Get("PageSize"))
		}
		page := ""
		if number <= len(pages) {
			page = pages[number-1]
		}
		if page == "!" {
			w.WriteHeader(400)
			io.WriteString(w, `{"Code":"Refused","RequestId":"r"}`)
			return
		}
		vos := []map[string]any{}
		for _, sn := range strings.Fields(page) {
			vos = append(vos, map[string]any{"Sn": sn})
		}
		data := map[string]any{"Total": 1, "CaCertificateVOS": vos}
		if size != nil {
			data["PageSize"] = size
		}
		json.NewEncoder(w).Encode(map[string]any{"Data": data})
	}))
	t.Cleanup(server.Close)
	return newTestClient(t, server, nil), requests
}

// numbered are so many Sn.
func numbered(first, count int) string {
	var sns []string
	for n := range count {
		sns = append(sns, strconv.Itoa(first+n))
	}
	return strings.Join(sns, " ")
}

func TestListCaCertificateEnds(t *testing.T) {
	many := make([]string, 40) // pages of one, over several rounds
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	tests := []struct {
		name     string
		size     any // echoed
		pages    []string
		want     string
		requests int32
	}{
		{"nothing", 100, []string{""}, "", 1},
		{"one short page", 100, []string{"1 2"}, "1 2", 1},
		{"a short page behind full ones, whatever Total says", 2, []string{"1 2", "3 4", "5"}, "1 2 3 4 5", 17},
		{"page size echoed as text", "2", []string{"1 2", "3"}, "1 2 3", 17},
		{"an empty page", 2, []string{"1 2", ""}, "1 2", 17},
		{"a page that repeats", 2, []string{"1 2", "3 4", "3 4", "5 6"}, "1 2 3 4", 17},
		{"a page size echoed that is larger than asked for", 1000, []string{numbered(1, 100), numbered(101, 100), "201"}, numbered(1, 201), 17},
		{"no page size echoed: until an empty page", nil, []string{"1", "2", "", "3"}, "1 2", 17},
		{"a server's own, smaller limit", 1, []string{"1", "2"}, "1 2", 17},
		{"several rounds", 1, many, strings.Join(many, " "), 49},
		{"an entry that moved counts once", 2, []string{"1 2", "2 3", "4"}, "1 2 3 4", 17},
		{"what lies behind a short page is dropped", 2, []string{"1 2", "3", "4 5"}, "1 2 3", 17},
		{"errors behind a short page too", 2, []string{"1 2", "3", "!"}, "1 2 3", 17},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, requests := servePages(t, tt.size, tt.pages...)
			listed, err := collect(client.ListCaCertificate(context.Background(), "i"))
			if err != nil {
				t.Fatal(err)
			}
			var sns []string
			for _, c := range listed {
				sns = append(sns, c.Sn)
			}
			if got := strings.Join(sns, " "); got != tt.want || requests.Load() != tt.requests {
				t.Errorf("listed %q in %d requests, want %q in %d", got, requests.Load(), tt.want, tt.requests)
			}
		})
	}
}

func TestListCaCertificateFails(t *testing.T) {
	for _, pages := range [][]string{{"!"}, {"1 2", "!", "3"}} {
		client, _ := servePages(t, 2, pages...)
		listed, err := collect(client.ListCaCertificate(context.Background(), "i"))
		if err == nil || listed != nil {
			t.Errorf("pages %q: %v, %v; a list with a hole is no list", pages, listed, err)
		}
	}
}

func TestListCaCertificateWithoutEnd(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entries, first := make([]string, 1000), int(requests.Add(1))*1000
		for i := range entries {
			entries[i] = fmt.Sprintf(`{"Sn":"%d"}`, first+i)
		}
		fmt.Fprintf(w, `{"Data":{"PageSize":1,"CaCertificateVOS":[%s]}}`, strings.Join(entries, ","))
	}))
	defer server.Close()
	var err error
	for _, err = range newTestClient(t, server, nil).ListCaCertificate(context.Background(), "i") { // keeps none of a million
	}
	if err == nil || !strings.HasSuffix(err.Error(), ": the list did not end after 1000000 entries") || requests.Load() > maxEntries/1000+2*listAtOnce {
		t.Errorf("after %d requests: %v", requests.Load(), err)
	}
}

// What cannot be told from an answer that was done is none: each would pass for an empty
// list, and that is what a submission is made after.
func TestListThatIsNone(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"no Data", `{"RequestId":"r"}`, "the answer has no Data (request id r)"},
		{"Data null", `{"RequestId":"r","Data":null}`, "the answer has no Data (request id r)"},
		{"no list though there are entries", `{"RequestId":"r","Data":{"Total":7,"PageNo":1,"PageSize":100}}`, "the answer has no CaCertificateVOS (request id r)"},
		{"list null though there are entries", `{"RequestId":"r","Data":{"Total":"7","CaCertificateVOS":null}}`, "the answer has no CaCertificateVOS (request id r)"},
		{"the list of another operation", `{"RequestId":"r","Data":{"Total":1,"DeviceCertificateVOS":[{"Sn":"1"}]}}`, "the answer has no CaCertificateVOS (request id r)"},
		{"a Code without Data", `{"RequestId":"r","Code":"New.Code","Message":"no"}`, "no (code New.Code, HTTP 200, request id r)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tt.body) }))
			defer server.Close()
			listed, err := collect(newTestClient(t, server, nil).ListCaCertificate(context.Background(), "i"))
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("%v, %v; want …%s", listed, err, tt.want)
			}
		})
	}
}

// An answer has one list, its operation's own; entries that another one holds are none.
func TestListOfAnotherOperation(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"RequestId":"r","Data":{"Total":2,"PageSize":100,"CaCertificateVOS":[{"Sn":"ca"}],"DeviceCertificateVOS":[{"DeviceSn":"device"}]}}`)
	}))
	defer server.Close()
	client := newTestClient(t, server, nil)
	cas, err := collect(client.ListCaCertificate(context.Background(), "i"))
	if err != nil || len(cas) != 1 || cas[0].Sn != "ca" {
		t.Errorf("%+v, %v", cas, err)
	}
	devices, err := collect(client.ListDeviceCertificateByCaSn(context.Background(), "i", "ca"))
	if err != nil || len(devices) != 1 || devices[0].DeviceSn != "device" {
		t.Errorf("%+v, %v", devices, err)
	}
}

// Device certificates that are promised and not there are not none: they would be deleted.
func TestDeviceListThatIsNone(t *testing.T) {
	const own = "the answer has no DeviceCertificateVOS (request id r)"
	for data, want := range map[string]string{
		`{"Total":7,"PageNo":1,"PageSize":100}`:                own,
		`{"Total":1,"CaCertificateVOS":[{"DeviceSn":"1"}]}`:    own,
		`{"Total":0,"PageSize":100}`:                           "",
		`{"Total":0,"DeviceCertificateVOS":null}`:              "",
		`{"Total":7,"PageSize":100,"DeviceCertificateVOS":[]}`: "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"RequestId":"r","Data":`+data+`}`) }))
		_, err := collect(newTestClient(t, server, nil).ListDeviceCertificateByCaSn(context.Background(), "i", "ca"))
		server.Close()
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v; want …%s", data, err, want)
		}
	}
}

// Behind the last full page there need be no list, although Total counts the entries.
func TestNoListBehindTheLastPage(t *testing.T) {
	var first []map[string]string
	for sn := range strings.FieldsSeq(numbered(1, 100)) {
		first = append(first, map[string]string{"Sn": sn})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data := map[string]any{"Total": 100, "PageSize": 100}
		if r.URL.Query().Get("PageNo") == "1" {
			data["CaCertificateVOS"] = first
		}
		json.NewEncoder(w).Encode(map[string]any{"Data": data})
	}))
	defer server.Close()
	listed, err := collect(newTestClient(t, server, nil).ListCaCertificate(context.Background(), "i"))
	if err != nil || len(listed) != 100 {
		t.Errorf("%d listed, %v", len(listed), err)
	}
}
