//go:build !linux

package runtime

import "syscall"

// childAttributes put a process in a group of its own. Only Linux can end it
// with its parent.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// peakMemoryMB is not known here.
func peakMemoryMB(int) int { return 0 }
