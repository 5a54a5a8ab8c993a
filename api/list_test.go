package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

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
			listed, err := client.ListCaCertificate(context.Background(), "i")
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
		listed, err := client.ListCaCertificate(context.Background(), "i")
		if err == nil || listed != nil {
			t.Errorf("pages %q: %v, %v; a list with a hole is no list", pages, listed, err)
		}
	}
}

func TestListCaCertificateWithoutEnd(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"Data":{"PageSize":1,"CaCertificateVOS":[{"Sn":"%d"}]}}`, requests.Add(1))
	}))
	defer server.Close()
	_, err := newTestClient(t, server, nil).ListCaCertificate(context.Background(), "i")
	if err == nil || !strings.HasSuffix(err.Error(), ": the list has no end after 1009 pages") || requests.Load() != 1009 {
		t.Errorf("after %d requests: %v", requests.Load(), err)
	}
}
