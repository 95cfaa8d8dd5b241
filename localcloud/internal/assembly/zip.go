package assembly

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Body is the file's content, or its directory zipped: the same bytes for the
// same files, whatever their dates.
func (f File) Body() ([]byte, error) {
	if !f.Zip {
		return os.ReadFile(f.Path)
	}
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	err := filepath.WalkDir(f.Path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return addFile(writer, f.Path, path)
	})
	if err != nil {
		return nil, fmt.Errorf("zip %s: %w", f.Path, err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("zip %s: %w", f.Path, err)
	}
	return archive.Bytes(), nil
}

func addFile(writer *zip.Writer, root, path string) error {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path) // follows links, as the CDK does
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{
		Name:     filepath.ToSlash(name),
		Method:   zip.Store,                                   // it goes no further than this process
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the earliest date a zip can hold
	}
	header.SetMode(info.Mode())
	entry, err := writer.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = entry.Write(content)
	return err
}
