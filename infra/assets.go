package infra

import (
	"fmt"
	"os"
	"path/filepath"
)

// checkBootstrap tells whether directory holds a built function. Functions are
// built before synthesis, so that synthesis compiles nothing.
func checkBootstrap(directory string) error {
	file := filepath.Join(directory, "bootstrap")
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("%s cannot be read (%w); build the functions first, with: make build", file, err)
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not an executable file; build the functions with: make build", file)
	}
	return nil
}
