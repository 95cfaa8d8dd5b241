package runtime

import "syscall"

// childAttributes put a process in a group of its own, and end it when the
// local cloud itself is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
