package cmd

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdMosquitto serves Eclipse Mosquitto on loopback until the script ends, and names it in
// BROKER. The file is what the configuration has beside the address; FILE.log gets the log.
// OPENSSL_CONF counts for it.
//
//	mosquitto FILE
func cmdMosquitto(ts *testscript.TestScript, neg bool, args []string) {
	for !startMosquitto(ts, args[0]) {
	}
}

// startMosquitto returns false if somebody else got the port first: Mosquitto chooses none itself.
func startMosquitto(ts *testscript.TestScript, file string) bool {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	address := listener.Addr().String()
	ts.Check(listener.Close())
	_, port, _ := net.SplitHostPort(address)
	path := ts.MkAbs(file)
	ts.Check(os.WriteFile(path+".served", []byte("user root\nlistener "+port+" 127.0.0.1\n"+ts.ReadFile(file)), 0o600))
	log, err := os.Create(path + ".log")
	ts.Check(err)
	command := exec.Command("mosquitto", "-c", path+".served")
	command.Dir = ts.MkAbs(".")
	if conf := ts.Getenv("OPENSSL_CONF"); conf != "" {
		command.Env = append(os.Environ(), "OPENSSL_CONF="+conf)
	}
	stderr, err := command.StderrPipe()
	ts.Check(err)
	ts.Check(command.Start())
	lines, ended := bufio.NewReader(io.TeeReader(stderr, log)), make(chan struct{})
	for line := ""; !strings.HasSuffix(line, " running\n"); {
		if line, err = lines.ReadString('\n'); err != nil {
			err, said := command.Wait(), ts.ReadFile(file+".log")
			if strings.Contains(said, "Address already in use") {
				return false
			}
			ts.Fatalf("mosquitto does not start: %v\n%s", err, said)
		}
	}
	go func() { io.Copy(io.Discard, lines); close(ended) }()
	ts.Defer(func() { command.Process.Signal(syscall.SIGTERM); <-ended; command.Wait(); log.Close() })
	ts.Setenv("BROKER", address)
	return true
}
