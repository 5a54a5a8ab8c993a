package cmd

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
)

// benchCAs is the number of CAs on each instance of a fleet.
const benchCAs = 10

// BenchmarkApply is mqttca apply with 10 CAs on 100 instances, at 50 ms latency, beside the
// time of the calls that it needs, at 250 a second or the quota: a list of each instance, a
// code and a submission for each registration, a list of each instance to confirm. xargs is
// mqttca register for each line of a csv file, 16 at once, with the rate divided. With RSA, on
// 10 instances, the time is that of the verification keys: keys-s is how long it takes to make
// as many. lost is the number of registrations that are not in the emulator's book at the
// end, MB the most memory that a process had.
func BenchmarkApply(b *testing.B) {
	program := build(b, "mqttca", "..")
	apply := []string{program, "apply", "--quiet"}
	csv := []string{"sh", "-c", `tr , ' ' < fleet.csv | xargs -P 16 -L 1 sh -c '"$0" register --quiet --rate 15 --instance "$1" --ca-cert "$2.crt" --ca-key "$2.key"' "$0"`, program}
	for _, c := range []struct {
		name, kind       string
		instances, quota int
		command          []string
	}{
		{"p256", "p256", 100, 0, apply},
		{"p256/quota=50", "p256", 100, 50, apply},
		{"p256/xargs", "p256", 100, 0, csv},
		{"rsa2048", "rsa2048", 10, 0, apply},
	} {
		b.Run(c.name, func(b *testing.B) {
			fleet, rows := newBenchFleet(b, c.kind, c.instances), benchCAs*c.instances
			needed := time.Duration(2*c.instances+2*rows) * time.Second / time.Duration(cmp.Or(c.quota, api.ManyRate))
			var times []time.Duration
			lost, memory := 0, int64(0)
			for b.Loop() {
				took, registered, most := fleet.run(b, c.quota, c.command)
				times, lost, memory = append(times, took), max(lost, rows-registered), max(memory, most)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(times).Seconds(), "s")
			b.ReportMetric(needed.Seconds(), "baseline-s")
			b.ReportMetric(median(times).Seconds()/needed.Seconds(), "ratio")
			b.ReportMetric(float64(lost), "lost")
			b.ReportMetric(float64(memory)/1e6, "MB")
			if c.kind == "rsa2048" {
				b.ReportMetric(manyKeys(rows).Seconds(), "keys-s")
			}
		})
	}
}

// manyKeys makes RSA keys on all processors.
func manyKeys(count int) time.Duration {
	start, left := time.Now(), make(chan struct{})
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for range left {
				_, err := rsa.GenerateKey(rand.Reader, 2048)
				check(err)
			}
		})
	}
	for range count {
		left <- struct{}{}
	}
	close(left)
	group.Wait()
	return time.Since(start)
}

// A benchFleet is a folder with a manifest, the same as csv, and the CAs.
type benchFleet struct {
	folder    string
	instances int
}

func newBenchFleet(b *testing.B, kind string, instances int) benchFleet {
	folder := b.TempDir()
	var cas, manifest, csv strings.Builder
	for n := range benchCAs {
		writeCA(filepath.Join(folder, fmt.Sprintf("ca%d", n)), kind, n)
		fmt.Fprintf(&cas, "  ca%d: {certificate: ca%d.crt, key: ca%d.key}\n", n, n, n)
		for i := range instances {
			fmt.Fprintf(&csv, "post-cn-emulated-%04d,ca%d\n", i+1, n)
		}
	}
	for i := range instances {
		fmt.Fprintf(&manifest, "  post-cn-emulated-%04d: {cas: {", i+1)
		for n := range benchCAs {
			fmt.Fprintf(&manifest, "ca%d: active, ", n)
		}
		manifest.WriteString("}}\n")
	}
	text := "format: mqttca/fleet/v1\ncas:\n" + cas.String() + "instances:\n" + manifest.String()
	check(os.WriteFile(filepath.Join(folder, "mqttca.yaml"), []byte(text), 0o600))
	check(os.WriteFile(filepath.Join(folder, "fleet.csv"), []byte(csv.String()), 0o600))
	return benchFleet{folder, instances}
}

func writeCA(path, kind string, number int) {
	var key crypto.Signer
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if kind == "rsa2048" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(int64(number + 1)), Subject: pkix.Name{CommonName: fmt.Sprintf("CA %d", number)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	check(os.WriteFile(path+".crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(os.WriteFile(path+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
}

// run runs a command against an emulator of its own.
func (f benchFleet) run(b *testing.B, quota int, args []string) (took time.Duration, registered int, memory int64) {
	options := emulatorOptions()
	options.Numbered, options.SnScope, options.Quota = f.instances, emulator.ScopeInstance, quota
	service, err := emulator.New(options)
	check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	command := exec.Command(args[0], args[1:]...)
	command.Dir, command.Env = f.folder, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.folder, "ALIBABA_CLOUD_REGION_ID=cn-hangzhou"}
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	debug.FreeOSMemory() // a child begins with the peak of its parent
	check(os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
	start := time.Now()
	output, err := command.CombinedOutput()
	took = time.Since(start)
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		b.Logf("%v: %s", err, strings.Join(lines[max(0, len(lines)-5):], "\n"))
	}
	all := service.Registrations()
	slices.SortFunc(all, func(a, b emulator.Registration) int {
		return strings.Compare(a.InstanceID+a.CASHA256, b.InstanceID+b.CASHA256)
	})
	all = slices.CompactFunc(all, func(a, b emulator.Registration) bool {
		return a.InstanceID+a.CASHA256 == b.InstanceID+b.CASHA256
	})
	return took, len(all), command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
}
