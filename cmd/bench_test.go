package cmd

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// compare runs ours and a baseline in turn and reports the medians of both and their
// ratio. Each returns the time that counts. Nothing is asserted: what a figure is worth
// depends on the machine.
func compare(b *testing.B, ours, baseline func() time.Duration) {
	b.Helper()
	ours() // a first run of each pays for caches and connections
	baseline()
	var us, them []time.Duration
	for b.Loop() {
		us = append(us, ours())
		them = append(them, baseline())
	}
	a, z := median(us), median(them)
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(float64(a)/1e6, "ms")
	b.ReportMetric(float64(z)/1e6, "baseline-ms")
	b.ReportMetric(float64(a)/float64(z), "ratio")
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

func timed(do func()) func() time.Duration {
	return func() time.Duration {
		start := time.Now()
		do()
		return time.Since(start)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// BenchmarkRegistration is a registration beside the bare sum of its round trips.
func BenchmarkRegistration(b *testing.B) {
	for _, kind := range []string{"p256", "rsa2048"} {
		for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s/latency=%v", kind, latency), func(b *testing.B) {
				r := newRegistrar(kind, latency)
				defer r.close()
				compare(b, r.register, func() time.Duration { return r.roundTrips })
			})
		}
	}
}

// A registrar registers one CA over and over; what it took from a request to its answer
// is added up.
type registrar struct {
	instance   workflow.Instance
	authority  *pki.Authority
	roundTrips time.Duration
	server     *httptest.Server
}

func newRegistrar(kind string, latency time.Duration) *registrar {
	service, err := emulator.New(emulatorOptions())
	check(err)
	fixture := filepath.Join("..", "testdata", "ca", "openssl."+kind)
	r := &registrar{}
	r.authority, err = pki.LoadAuthority(fixture+".crt", fixture+".pkcs8.key", nil, time.Now())
	check(err)
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		time.Sleep(latency)
		service.ServeHTTP(w, req)
	}))
	endpoint, err := api.ParseEndpoint(r.server.URL)
	check(err)
	r.instance = workflow.Instance{ID: emulatedInstance, Observer: progress{&console{err: terminal.NewScreen(io.Discard, terminal.Display{}), quiet: true}}, Client: api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret},
		UserAgent:   "benchmark",
		Observe:     func(e api.Exchange) { r.roundTrips += e.Duration },
	})}
	return r
}

// register registers the CA, tells how long that took, and deletes it again.
func (r *registrar) register() (took time.Duration) {
	r.roundTrips = 0
	start := time.Now()
	result, err := r.instance.Register(context.Background(), workflow.Order{Authority: r.authority, Name: "benchmark", Validity: time.Hour})
	took = time.Since(start)
	check(err)
	trips := r.roundTrips
	_, err = r.instance.Client.InactivateCaCertificate(context.Background(), emulatedInstance, result.Listed.Sn)
	check(err)
	_, err = r.instance.Client.DeleteCaCertificate(context.Background(), emulatedInstance, result.Listed.Sn)
	check(err)
	r.roundTrips = trips
	return took
}

func (r *registrar) close() { r.instance.Client.Close(); r.server.Close() }

// BenchmarkVerificationCertificate is key pair and certificate beside one key
// generation and one raw signature.
func BenchmarkVerificationCertificate(b *testing.B) {
	for _, kind := range []string{"p256", "rsa2048"} {
		b.Run(kind, func(b *testing.B) {
			fixture := filepath.Join("..", "testdata", "ca", "openssl."+kind)
			authority, err := pki.LoadAuthority(fixture+".crt", fixture+".pkcs8.key", nil, time.Now())
			check(err)
			text, err := os.ReadFile(fixture + ".pkcs8.key")
			check(err)
			block, _ := pem.Decode(text)
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			check(err)
			signer := key.(crypto.Signer)
			compare(b, timed(func() {
				_, err := workflow.Issue(authority, "13274673-8f90-4630-bea1-9cccb25756ad2089123456", time.Hour)
				check(err)
			}), timed(func() { keyAndSignature(signer) }))
		})
	}
}

func keyAndSignature(signer crypto.Signer) {
	var err error
	if _, isRSA := signer.(*rsa.PrivateKey); isRSA {
		_, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		_, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	check(err)
	digest := sha256.Sum256([]byte("to be signed"))
	_, err = signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	check(err)
}

// BenchmarkList10000 is a list of 10,000 CAs from a service with some latency beside the
// same from one that answers a request at a time, so that pages come one after the other.
func BenchmarkList10000(b *testing.B) {
	atOnce := newLister(false)
	inTurn := newLister(true)
	compare(b, timed(atOnce), timed(inTurn))
}

func newLister(inTurn bool) (list func()) {
	const certificates, pageSize, latency = 10_000, 100, 50 * time.Millisecond
	content, err := os.ReadFile(filepath.Join("..", "testdata", "ca", "openssl.rsa2048.crt"))
	check(err)
	pages := make([][]byte, certificates/pageSize+1) // the last one is empty
	for p := range pages {
		vos := []map[string]any{}
		for i := p * pageSize; i < min((p+1)*pageSize, certificates); i++ {
			vos = append(vos, map[string]any{"Sn": fmt.Sprintf("%032x", i), "CaContent": string(content), "Status": 1})
		}
		pages[p], err = json.Marshal(map[string]any{"Data": map[string]any{"PageSize": pageSize, "CaCertificateVOS": vos}})
		check(err)
	}
	var mutex sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if inTurn {
			mutex.Lock()
			defer mutex.Unlock()
		}
		time.Sleep(latency)
		page, err := strconv.Atoi(r.URL.Query().Get("PageNo"))
		check(err)
		w.Write(pages[min(page, len(pages))-1])
	}))
	endpoint, err := api.ParseEndpoint(server.URL)
	check(err)
	client := api.NewClient(api.Config{Endpoint: endpoint, Credentials: credentials.Credentials{AccessKeyID: "id"}, UserAgent: "benchmark"})
	return func() {
		listed := 0
		for _, err := range client.ListCaCertificate(context.Background(), "i") {
			check(err)
			listed++
		}
		if listed != certificates {
			panic(listed)
		}
	}
}

// build makes a stripped program and reports its size.
func build(b *testing.B, name, folder string) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), name)
	command := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, folder)
	if output, err := command.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, output)
	}
	return path
}

func megabytes(path string) float64 {
	info, err := os.Stat(path)
	check(err)
	return float64(info.Size()) / 1e6
}

func run(name string, args ...string) func() time.Duration {
	return timed(func() { check(exec.Command(name, args...).Run()) })
}

// BenchmarkStart is a cold start, and the size, beside a program of cobra and net/http.
func BenchmarkStart(b *testing.B) {
	ours, bare := build(b, "mqttca", ".."), build(b, "bare", "../testdata/bare")
	compare(b, run(ours, "version"), run(bare, "version"))
	b.ReportMetric(megabytes(ours), "MB")
	b.ReportMetric(megabytes(bare), "baseline-MB")
}

// BenchmarkSign is mqttca sign beside the three OpenSSL commands of the vendor's
// procedure, for a key pair of the same kind.
func BenchmarkSign(b *testing.B) {
	if _, err := exec.LookPath("openssl"); err != nil {
		b.Skip("openssl is not installed")
	}
	ours := build(b, "mqttca", "..")
	folder := b.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	const code = "13274673-8f90-4630-bea1-9cccb25756ad2089123456"
	for kind, genpkey := range map[string][]string{
		"p256":    {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
		"rsa2048": {"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
	} {
		b.Run(kind, func(b *testing.B) {
			ca := filepath.Join("..", "testdata", "ca", "openssl."+kind)
			compare(b, run(ours, "sign", "--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key", "--code", code, "--out", file("ours.crt"), "--force"),
				timed(func() {
					run("openssl", append(genpkey, "-out", file("v.key"))...)()
					run("openssl", "req", "-new", "-key", file("v.key"), "-subj", "/CN="+code, "-out", file("v.csr"))()
					run("openssl", "x509", "-req", "-in", file("v.csr"), "-CA", ca+".crt", "-CAkey", ca+".pkcs8.key",
						"-set_serial", "7", "-days", "300", "-sha256", "-out", file("v.crt"))()
				}))
		})
	}
}
