// Command lazyendpoints writes a module file that builds the functions with SDK
// clients that start fast. Each client of the AWS SDK fills a table of endpoints,
// with a regular expression for each partition, when a process starts, though
// nothing but a deprecated resolver reads it: a fifth of a handler's own start.
// In the copies made here the table is filled on first use.
//
//	go run ./internal/built/lazyendpoints -out build/sdk ./functions/...
//	go build -modfile=build/sdk/go.mod ./functions/shift
//
// The out folder lies in the checkout, and gets a copy of each client at the
// version that go.mod requires, and a go.mod and go.sum that lead to them. See
// docs/decisions/cold-start.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "build/sdk", "folder in the checkout to write to")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		log.Fatalf("lazyendpoints: %v", err)
	}
}

// run copies the clients that the packages are linked with into out, and writes
// a module file there that replaces them.
func run(out string, packages []string) error {
	clients, err := linked(packages)
	if err != nil {
		return err
	}
	module, err := os.ReadFile("go.mod")
	if err != nil {
		return fmt.Errorf("read the module: %w", err)
	}
	for _, c := range clients {
		folder, err := c.copyTo(out)
		if err != nil {
			return fmt.Errorf("copy %s: %w", c.module, err)
		}
		module = fmt.Appendf(module, "\nreplace %s => ./%s\n", c.module, filepath.ToSlash(folder))
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return fmt.Errorf("read the module's sums: %w", err)
	}
	return errors.Join(write(filepath.Join(out, "go.mod"), module), write(filepath.Join(out, "go.sum"), sums))
}

// client is a module of the SDK that has a table of endpoints.
type client struct {
	module, version, folder string
	table                   string // the table's file, below folder
}

// linked lists the clients that packages depend on.
func linked(packages []string) ([]client, error) {
	const format = `{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}} {{.Dir}}`
	command := exec.Command("go", append([]string{"list", "-deps", "-f", format}, packages...)...)
	command.Stderr = os.Stderr
	list, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w", err)
	}
	var all []client
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if len(f) != 4 || !strings.HasPrefix(f[0], "github.com/aws/aws-sdk-go-v2/service/") {
			continue
		}
		if table, err := filepath.Rel(f[2], f[3]); err == nil && table == filepath.Join("internal", "endpoints") {
			all = append(all, client{f[0], f[1], f[2], filepath.Join(table, "endpoints.go")})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%v are linked with no SDK client that has a table of endpoints", packages)
	}
	return all, nil
}

// copyTo makes the client's copy below out, where it is not there yet, and gives
// its folder.
func (c client) copyTo(out string) (string, error) {
	table, err := c.lazyTable()
	if err != nil {
		return "", err
	}
	to := filepath.Join(out, filepath.Base(c.module)+"@"+c.version)
	if _, err := os.Stat(to); err == nil {
		return to, write(filepath.Join(to, c.table), table)
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
	if err := copySources(draft, c.folder); err != nil {
		return "", err
	}
	if err := write(filepath.Join(draft, c.table), table); err != nil {
		return "", err
	}
	if err := os.Rename(draft, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("put it in place: %w", err)
	}
	return to, nil
}

// lazyTable is the client's table, filled on first use.
func (c client) lazyTable() ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(c.folder, c.table))
	if err != nil {
		return nil, fmt.Errorf("read the table of endpoints: %w", err)
	}
	lazy, err := lazily(string(source))
	if err != nil {
		return nil, fmt.Errorf("its table of endpoints has another shape than this program knows: %w", err)
	}
	return []byte(lazy), nil
}

// edits make the two variables of a table functions that fill them once.
var edits = []struct{ find, with string }{
	{`(?m)^\t"regexp"$`, "\t\"regexp\"\n\t\"sync\""},
	{`(?ms)^var partitionRegexp = (struct \{.*?^\})(\{.*?^\})$`, "var partitionRegexp = sync.OnceValue(func() $1 {\nreturn $1$2\n})"},
	{`(?ms)^var defaultPartitions = (endpoints\.Partitions)(\{.*?^\})$`, "var defaultPartitions = sync.OnceValue(func() $1 {\nreturn $1$2\n})"},
	{`\bpartitions endpoints\.Partitions\b`, "partitions func() endpoints.Partitions"},
	{`\br\.partitions\.`, "r.partitions()."},
}

var partitionUse = regexp.MustCompile(`\bpartitionRegexp\.`)

// lazily rewrites a table so that nothing is filled before it is asked.
func lazily(source string) (string, error) {
	for _, edit := range edits {
		pattern := regexp.MustCompile(edit.find)
		if n := len(pattern.FindAllString(source, 2)); n != 1 {
			return "", fmt.Errorf("%s does not occur once", edit.find)
		}
		source = pattern.ReplaceAllString(source, edit.with)
	}
	return partitionUse.ReplaceAllString(source, "partitionRegexp()."), nil
}

// copySources copies what a build reads. Files of the module cache are read-only;
// copies are not.
func copySources(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk the client: %w", err)
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
			return fmt.Errorf("read the client: %w", err)
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
	if now, err := os.ReadFile(file); err == nil && string(now) == string(text) {
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
