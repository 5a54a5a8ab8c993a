package wire

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// An EnvironmentError reports an environment variable because of which no request is sent. It never
// contains the variable's value.
type EnvironmentError struct {
	Variable string
	Problem  string // follows the name in a sentence
	Advice   string
}

func (e *EnvironmentError) Error() string { return e.Variable + " " + e.Problem }

// Hint returns the advice.
func (e *EnvironmentError) Hint() string { return e.Advice }

// proxyFor is [http.ProxyFromEnvironment], but fails with an [*EnvironmentError] for an unreadable
// variable. ProxyFromEnvironment would ignore the variable, and call the host directly.
func proxyFor(req *http.Request) (*url.URL, error) {
	if err := CheckProxy(req.URL); err != nil {
		return nil, err
	}
	return http.ProxyFromEnvironment(req)
}

// CheckProxy fails with an [*EnvironmentError] if a variable names a proxy for u and net/http would
// ignore it. HTTPS_PROXY, if set, takes precedence over the others, and none applies to a host in
// NO_PROXY.
func CheckProxy(u *url.URL) error {
	if IsLoopback(u.Hostname()) || calledDirectly(u) {
		return nil
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		value := os.Getenv(name)
		if value != "" && !isProxy(value) {
			return &EnvironmentError{name, "is not the URL of a proxy",
				"write it like http://proxy.example:3128, or unset it; NO_PROXY lists the hosts to call directly"}
		}
		if value != "" && strings.EqualFold(name, "HTTPS_PROXY") {
			return nil
		}
	}
	for _, name := range []string{"ALL_PROXY", "all_proxy"} {
		if os.Getenv(name) != "" {
			return &EnvironmentError{name, "is set, but mqttca does not read it",
				"set HTTPS_PROXY to the proxy, or NO_PROXY to the hosts to call directly"}
		}
	}
	return nil
}

// isProxy reports whether net/http accepts the value as a proxy in one of its protocols.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	return err == nil && u.Hostname() != "" && ValidPort(u.Port()) && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// calledDirectly reports whether NO_PROXY lists the host, in the forms of net/http: *, a domain
// with its subdomains, an address, a network, each perhaps with a port.
func calledDirectly(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	address := net.ParseIP(host)
	for entry := range strings.SplitSeq(strings.ToLower(cmp.Or(os.Getenv("NO_PROXY"), os.Getenv("no_proxy"))), ",") {
		entry = strings.TrimSpace(entry)
		if _, network, err := net.ParseCIDR(entry); err == nil && network.Contains(address) {
			return true
		}
		if name, port, err := net.SplitHostPort(entry); err == nil && port == cmp.Or(u.Port(), "443") {
			entry = name
		}
		domain := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
		if entry == "*" || entry == host || domain != "" && address == nil && strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// A tunnel tracks the CONNECT of a request through a proxy.
type tunnel struct{ asked, answered atomic.Bool }

type tunnelKey struct{}

// Do sends a request. If it failed between CONNECT and the proxy's answer, the error is a
// [*net.OpError] of the operation proxyconnect, like net/http's error for an unreachable proxy.
func Do(client *http.Client, req *http.Request) (*http.Response, error) {
	way := new(tunnel)
	resp, err := client.Do(req.WithContext(context.WithValue(req.Context(), tunnelKey{}, way)))
	if err != nil && way.asked.Load() && !way.answered.Load() {
		err = &net.OpError{Op: proxyConnect, Net: "tcp", Err: err}
	}
	return resp, err
}

const proxyConnect = "proxyconnect"

// askProxy records that CONNECT is about to be sent. It adds no header.
func askProxy(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
	if way, ok := ctx.Value(tunnelKey{}).(*tunnel); ok {
		way.asked.Store(true)
	}
	return nil, nil
}

func answeredByProxy(ctx context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if way, ok := ctx.Value(tunnelKey{}).(*tunnel); ok {
		way.answered.Store(true)
	}
	if resp.StatusCode != http.StatusOK {
		return &ProxyError{StatusError{resp.StatusCode, RetryAfter(resp.Header)}}
	}
	return nil
}

// A ProxyError is a proxy's refusal to open a tunnel. It omits the proxy's words, which may repeat
// the password.
type ProxyError struct{ StatusError }

func (e *ProxyError) Error() string {
	return "the environment's proxy " + e.StatusError.Error()
}
