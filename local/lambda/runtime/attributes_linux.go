package runtime

import "syscall"

// childAttributes put a process in a group of its own, and end it when the
// local cloud itself is killed. The signal follows the thread that started the
// child; Go ends a thread only when a goroutine locked to it ends, and nothing
// here locks one.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
