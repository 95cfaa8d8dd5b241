package assembly

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestZipIsTheSameForTheSameFiles(t *testing.T) {
	zipped := func(modified time.Time) []byte {
		dir := t.TempDir()
		for name, mode := range map[string]os.FileMode{"bootstrap": 0o755, "data/config.json": 0o644} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(name), mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, modified, modified); err != nil {
				t.Fatal(err)
			}
		}
		body, err := File{Path: dir, Zip: true}.Body()
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	first := zipped(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	if !bytes.Equal(first, zipped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))) {
		t.Error("the same files at another time give another archive")
	}
	archive, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]os.FileMode{}
	for _, file := range archive.File {
		modes[file.Name] = file.Mode().Perm()
	}
	if modes["bootstrap"] != 0o755 || modes["data/config.json"] != 0o644 || len(modes) != 2 {
		t.Errorf("archive holds %v", modes)
	}
}
