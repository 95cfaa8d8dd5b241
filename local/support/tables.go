package support

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// find is the package at a path.
func find(sources []source, path string) (source, error) {
	for _, s := range sources {
		if s.path == path {
			return s, nil
		}
	}
	return source{}, fmt.Errorf("there is no package %s", path)
}

// below lists the packages at a path and below it.
func below(sources []source, path string) []source {
	var found []source
	for _, s := range sources {
		if s.path == path || strings.HasPrefix(s.path, path+"/") {
			found = append(found, s)
		}
	}
	return found
}

// variable is what a package-level variable is initialised with.
func (s source) variable(name string) (ast.Expr, error) {
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.VAR {
				continue
			}
			for _, spec := range general.Specs {
				values := spec.(*ast.ValueSpec)
				for i, n := range values.Names {
					if n.Name == name && i < len(values.Values) {
						return values.Values[i], nil
					}
				}
			}
		}
	}
	return nil, fmt.Errorf("package %s has no variable %s", s.path, name)
}

// table is the keys of a package-level map and their values.
func (s source) table(name string) (map[string]ast.Expr, error) {
	value, err := s.variable(name)
	if err != nil {
		return nil, err
	}
	literal, ok := value.(*ast.CompositeLit)
	if !ok {
		return nil, fmt.Errorf("%s.%s is no literal", s.path, name)
	}
	return s.pairs(literal)
}

func (s source) pairs(literal *ast.CompositeLit) (map[string]ast.Expr, error) {
	found := map[string]ast.Expr{}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return nil, fmt.Errorf("a literal in %s has no keys", s.path)
		}
		key := s.info.Types[pair.Key].Value
		if key == nil || key.Kind() != constant.String {
			return nil, fmt.Errorf("a key in %s is no constant", s.path)
		}
		found[constant.StringVal(key)] = pair.Value
	}
	return found, nil
}

// keys of a package-level map, sorted.
func (s source) keys(name string) ([]string, error) {
	table, err := s.table(name)
	if err != nil {
		return nil, err
	}
	return sortedKeys(table), nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// number is a package-level constant.
func (s source) number(name string) (string, error) {
	found, ok := s.pkg.Scope().Lookup(name).(*types.Const)
	if !ok {
		return "", fmt.Errorf("package %s has no constant %s", s.path, name)
	}
	return found.Val().ExactString(), nil
}

// texts lists the string literals that a pattern matches, each once.
func texts(sources []source, pattern *regexp.Regexp) []string {
	found := map[string]bool{}
	for _, s := range sources {
		for _, file := range s.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if text, err := strconv.Unquote(literal.Value); err == nil && pattern.MatchString(text) {
						found[text] = true
					}
				}
				return true
			})
		}
	}
	return sortedKeys(found)
}

// arguments lists the literal arguments of calls of a function, each once.
func arguments(sources []source, function string) []string {
	found := map[string]bool{}
	for _, s := range sources {
		for _, file := range s.files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) != 1 {
					return true
				}
				name, named := call.Fun.(*ast.Ident)
				value := s.info.Types[call.Args[0]].Value
				if named && name.Name == function && value != nil && value.Kind() == constant.String {
					found[constant.StringVal(value)] = true
				}
				return true
			})
		}
	}
	return sortedKeys(found)
}
