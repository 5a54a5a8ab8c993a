package cmd

import (
	"bytes"
	"os"
	"regexp"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// A watcher keeps what is written to it and says when it matches a pattern.
type watcher struct {
	pattern *regexp.Regexp
	seen    chan struct{} // closed once, perhaps shared

	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	matched := w.pattern.Match(w.buffer.Bytes())
	w.buffer.Write(p)
	if !matched && w.pattern.Match(w.buffer.Bytes()) {
		close(w.seen)
	}
	return len(p), nil
}

func (w *watcher) String() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.buffer.String()
}

func signalNamed(ts *testscript.TestScript, name string) os.Signal {
	switch name {
	case "INT":
		return os.Interrupt
	case "TERM":
		return syscall.SIGTERM
	case "HUP":
		return syscall.SIGHUP
	case "QUIT":
		return syscall.SIGQUIT
	case "KILL":
		return os.Kill
	}
	ts.Fatalf("signal %s is none of INT, TERM, HUP, QUIT and KILL", name)
	return nil
}
