package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// pages serves page after page; each page names its entries, and size is the page
// size that the answers echo.
func pages(t *testing.T, size any, pages ...string) (*Client, *int) {
	t.Helper()
	requests := new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests++
		number, err := strconv.Atoi(r.URL.Query().Get("PageNo"))
		if err != nil || number != *requests {
			t.Errorf("request %d asks for page %q", *requests, r.URL.Query().Get("PageNo"))
		}
		vos := []map[string]any{}
		for _, sn := range strings.Fields(pages[min(number, len(pages))-1]) {
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

func TestListCaCertificateEnds(t *testing.T) {
	tests := []struct {
		name     string
		size     any // echoed
		pages    []string
		want     string
		requests int
	}{
		{"nothing", 100, []string{""}, "", 1},
		{"one short page", 100, []string{"1 2"}, "1 2", 1},
		{"a short page behind full ones, whatever Total says", 2, []string{"1 2", "3 4", "5"}, "1 2 3 4 5", 3},
		{"page size echoed as text", "2", []string{"1 2", "3"}, "1 2 3", 2},
		{"an empty page", 2, []string{"1 2", ""}, "1 2", 2},
		{"a page that repeats", 2, []string{"1 2", "3 4", "3 4"}, "1 2 3 4", 3},
		{"no page size echoed: until an empty page", nil, []string{"1", "2", ""}, "1 2", 3},
		{"a server's own, smaller limit", 1, []string{"1", "2", ""}, "1 2", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, requests := pages(t, tt.size, tt.pages...)
			listed, err := client.ListCaCertificate(context.Background(), "i")
			if err != nil {
				t.Fatal(err)
			}
			var sns []string
			for _, c := range listed {
				sns = append(sns, c.Sn)
			}
			if got := strings.Join(sns, " "); got != tt.want || *requests != tt.requests {
				t.Errorf("listed %q in %d requests, want %q in %d", got, *requests, tt.want, tt.requests)
			}
		})
	}
}

func TestListCaCertificateWithoutEnd(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		fmt.Fprintf(w, `{"Data":{"PageSize":1,"CaCertificateVOS":[{"Sn":"%d"}]}}`, requests)
	}))
	defer server.Close()
	_, err := newTestClient(t, server, nil).ListCaCertificate(context.Background(), "i")
	if err == nil || !strings.HasSuffix(err.Error(), ": the list has no end after 1000 pages") || requests != maxPages {
		t.Errorf("after %d requests: %v", requests, err)
	}
}
