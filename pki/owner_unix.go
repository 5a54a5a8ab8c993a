//go:build unix

package pki

import (
	"io/fs"
	"syscall"
)

// isLent reports whether another user than uid owns a file, so that uid can't change its mode:
// Kubernetes gives a secret to the group of a pod. The superuser can.
func isLent(info fs.FileInfo, uid int) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && uid != 0 && int(stat.Uid) != uid
}
