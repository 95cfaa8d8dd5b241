// Command lazyinit writes a module file that builds the functions with libraries
// that start fast. Two kinds of what they are linked with fill large tables when
// a process starts, which few invocations read or none: a quarter of a handler's
// own start. In the copies made here they are filled on first use; patches.go has
// the changes.
//
//	go run ./internal/built/lazyinit -out build/lazy ./functions/...
//	go build -modfile=build/lazy/go.mod ./functions/shift
//
// The out folder lies in the checkout, and gets a copy of each library at the
// version that go.mod requires, and a go.mod and go.sum that lead to them. See
// docs/decisions/cold-start.md.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "build/lazy", "folder in the checkout to write to")
	flag.Parse()
	if err := run(context.Background(), *out, flag.Args()); err != nil {
		log.Fatalf("lazyinit: %v", err)
	}
}

// run copies the libraries that the packages are linked with and patches are for
// into out, and writes a module file there that replaces them.
func run(ctx context.Context, out string, packages []string) error {
	libraries, err := linked(ctx, packages)
	if err != nil {
		return err
	}
	module, err := os.ReadFile("go.mod")
	if err != nil {
		return fmt.Errorf("read the module: %w", err)
	}
	for _, l := range libraries {
		folder, err := l.copyTo(out)
		if err != nil {
			return fmt.Errorf("copy %s %s: %w", l.module, l.version, err)
		}
		module = fmt.Appendf(module, "\nreplace %s => ./%s\n", l.module, filepath.ToSlash(folder))
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return fmt.Errorf("read the module's sums: %w", err)
	}
	return errors.Join(write(filepath.Join(out, "go.mod"), module), write(filepath.Join(out, "go.sum"), sums))
}

// library is a module, and what changes in it, by file.
type library struct {
	module, version, folder string
	changes                 map[string][]edit
}

// linked lists the libraries that packages depend on and patches are for.
func linked(ctx context.Context, packages []string) ([]*library, error) {
	const format = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}\t{{.ImportPath}}"
	command := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-f", format}, packages...)...)
	command.Stderr = os.Stderr
	list, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w", err)
	}
	var all []*library
	for line := range strings.Lines(string(list)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for _, p := range patches {
			if ok, err := path.Match(p.of, f[len(f)-1]); err != nil {
				return nil, fmt.Errorf("the patch of %s: %w", p.of, err)
			} else if !ok {
				continue
			}
			module, version, folder, pkg := f[0], f[1], f[2], f[3]
			if len(all) == 0 || all[len(all)-1].module != module {
				all = append(all, &library{module, version, folder, map[string][]edit{}})
			}
			all[len(all)-1].changes[strings.TrimPrefix(path.Join(pkg, p.file), module+"/")] = p.edits
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%v are linked with nothing that patches are for", packages)
	}
	return all, nil
}

// copyTo makes the library's copy below out, where it is not there yet, and gives
// its folder.
func (l *library) copyTo(out string) (string, error) {
	to := filepath.Join(out, filepath.Base(l.module)+"@"+l.version)
	if _, err := os.Stat(to); err == nil {
		return to, l.patch(to)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", fmt.Errorf("make the folder: %w", err)
	}
	// Others may do the same at the same time: the copy appears whole.
	draft, err := os.MkdirTemp(out, "draft-")
	if err != nil {
		return "", fmt.Errorf("make the folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(draft) }() // it is gone where it was renamed
	if err := copySources(draft, l.folder); err != nil {
		return "", err
	}
	if err := l.patch(draft); err != nil {
		return "", err
	}
	if err := os.Rename(draft, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("put it in place: %w", err)
	}
	return to, nil
}

// patch writes the changed files into a copy.
func (l *library) patch(folder string) error {
	for file, edits := range l.changes {
		source, err := os.ReadFile(filepath.Join(l.folder, file))
		if err != nil {
			return fmt.Errorf("read what is patched: %w", err)
		}
		patched, err := apply(edits, string(source))
		if err != nil {
			return fmt.Errorf("%s is not as its patch expects it: %w", file, err)
		}
		if err := write(filepath.Join(folder, file), []byte(patched)); err != nil {
			return err
		}
	}
	return nil
}

// copySources copies what a build reads. Files of the module cache are read-only;
// copies are not.
func copySources(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk the library: %w", err)
		}
		name := entry.Name()
		if entry.IsDir() || strings.HasSuffix(name, "_test.go") || filepath.Ext(name) != ".go" && name != "go.mod" && name != "LICENSE.txt" {
			return nil
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return fmt.Errorf("name %s: %w", path, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read the library: %w", err)
		}
		into := filepath.Join(to, relative)
		if err := os.MkdirAll(filepath.Dir(into), 0o755); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		return write(into, text)
	})
}

// write replaces a file at once, or leaves it as it is where nothing changes: a
// build that runs at the same time reads it whole.
func write(file string, text []byte) error {
	if now, err := os.ReadFile(file); err == nil && bytes.Equal(now, text) {
		return nil
	}
	draft := fmt.Sprintf("%s.%d", file, os.Getpid())
	if err := os.WriteFile(draft, text, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Rename(draft, file); err != nil {
		return fmt.Errorf("put %s in place: %w", file, err)
	}
	return nil
}
