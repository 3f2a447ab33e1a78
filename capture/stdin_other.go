//go:build !unix

package capture

import (
	"io"
	"os"
)

func openStdin() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil }
