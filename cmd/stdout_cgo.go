//go:build cgo && unix

package cmd

/*
#include <fcntl.h>

static int closed;

__attribute__((constructor)) static void look(void) { closed = fcntl(1, F_GETFD) < 0; }

static int stdout_closed(void) { return closed; }
*/
import "C"

// stdoutClosed reports whether the process was started without standard output. Only C code, which
// runs ahead of the Go runtime, can see it: the runtime opens /dev/null in its place.
func stdoutClosed() bool { return C.stdout_closed() != 0 }
