package support

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// source is one type-checked package.
type source struct {
	path  string
	files []*ast.File
	info  *types.Info
	pkg   *types.Package
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

// load type-checks the packages below the patterns from their source, and what
// they import from the compiler's export data.
func load(ctx context.Context, prefix string, patterns ...string) ([]source, error) {
	packages, err := list(ctx, patterns...)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range packages {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	var sources []source
	for _, p := range packages {
		if !strings.HasPrefix(p.ImportPath, prefix) {
			continue
		}
		checked, err := check(fset, imports, p)
		if err != nil {
			return nil, err
		}
		sources = append(sources, checked)
	}
	return sources, nil
}

func list(ctx context.Context, patterns ...string) ([]listed, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles", "--"}, patterns...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	var packages []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		packages = append(packages, p)
	}
}

func check(fset *token.FileSet, imports types.Importer, p listed) (source, error) {
	s := source{path: p.ImportPath, info: newInfo()}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return s, fmt.Errorf("parse %s: %w", p.ImportPath, err)
		}
		s.files = append(s.files, file)
	}
	config := types.Config{Importer: imports}
	pkg, err := config.Check(p.ImportPath, fset, s.files, s.info)
	if err != nil {
		return s, fmt.Errorf("type-check %s: %w", p.ImportPath, err)
	}
	s.pkg = pkg
	return s, nil
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
	}
}
