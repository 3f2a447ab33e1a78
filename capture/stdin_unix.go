//go:build unix

package capture

import (
	"io"
	"os"
	"syscall"
)

// openStdin returns standard input. A pipe is made pollable, so that closing it ends a read that waits.
func openStdin() (io.ReadCloser, error) {
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
		fd, err := syscall.Dup(int(os.Stdin.Fd()))
		if err == nil && syscall.SetNonblock(fd, true) == nil {
			return os.NewFile(uintptr(fd), "standard input"), nil
		}
	}
	return io.NopCloser(os.Stdin), nil
}
