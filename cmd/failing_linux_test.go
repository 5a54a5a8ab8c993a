package cmd

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// faultySystemCalls are the system calls that can be made to fail, with their error.
var faultySystemCalls = map[string]struct {
	numbers  []uint32
	from, to uint32 // the sizes, the third argument, with which the call fails
	err      unix.Errno
}{
	"fchmod":      {[]uint32{unix.SYS_FCHMOD}, 0, anySize, unix.EPERM},
	"fsync":       {[]uint32{unix.SYS_FSYNC}, 0, anySize, unix.EIO},
	"link":        {append(onAMD64(86), unix.SYS_LINKAT), 0, anySize, unix.EPERM},
	"link-late":   {append(onAMD64(86), unix.SYS_LINKAT), 0, anySize, unix.EEXIST}, // a file was made there meanwhile
	"rename":      {append(onAMD64(82), unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2), 0, anySize, unix.EIO},
	"write-small": {[]uint32{unix.SYS_WRITE}, 400, 16 << 10, unix.ENOSPC}, // more than a line on stderr
	"write-large": {[]uint32{unix.SYS_WRITE}, 16 << 10, anySize, unix.ENOSPC},
}

const anySize = math.MaxUint32

// onAMD64 is a system call that only amd64 has, where arm64 has the one that ends in "at".
func onAMD64(number uint32) []uint32 {
	if runtime.GOARCH == "amd64" {
		return []uint32{number}
	}
	return nil
}

// failing is a program that becomes another, some of whose system calls fail as they do on a
// broken or full disk: failing NAME,NAME PROGRAM ARG....
func failing() {
	var filter []unix.SockFilter
	for _, name := range strings.Split(os.Args[1], ",") {
		call := faultySystemCalls[name]
		for _, number := range call.numbers {
			filter = append(filter,
				unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // seccomp_data.nr
				unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 4},
				unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 32}, // the lower half of seccomp_data.args[2]
				unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: call.from, Jf: 2},
				unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, K: call.to, Jt: 1},
				unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(call.err)})
		}
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread() // the filter is this thread's, which becomes the process
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	if err == nil {
		err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
	}
	path, lookErr := exec.LookPath(os.Args[2])
	if err == nil && lookErr == nil {
		err = unix.Exec(path, os.Args[2:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "failing:", err, lookErr)
	os.Exit(125)
}
