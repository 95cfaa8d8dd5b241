package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// mutant is a file with one change.
type mutant struct {
	file   string // absolute
	line   int
	what   string
	source []byte
}

// mutantsOf lists the mutants of the package in a folder.
func mutantsOf(folder string) ([]mutant, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	var all []mutant
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		name, err := filepath.Abs(name)
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", name, err)
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		found, err := mutantsIn(name, source)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// mutantsIn lists the mutants of one file. Each change is made in the syntax tree,
// written out, and undone.
func mutantsIn(name string, source []byte) ([]mutant, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, name, source, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	var all []mutant
	var failed error
	add := func(at token.Pos, what string, change, undo func()) {
		change()
		defer undo()
		var text bytes.Buffer
		if err := format.Node(&text, files, tree); err != nil {
			failed = fmt.Errorf("write a mutant of %s: %w", name, err)
			return
		}
		all = append(all, mutant{file: name, line: files.Position(at).Line, what: what, source: text.Bytes()})
	}
	for _, declaration := range tree.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil || function.Name.Name == "main" {
			continue
		}
		ast.Inspect(function.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				mutateOperator(n, add)
			case *ast.IfStmt:
				mutateCondition(n, add)
			case *ast.BasicLit:
				mutateNumber(n, add)
			case *ast.Ident:
				mutateTruth(n, add)
			case *ast.ReturnStmt:
				mutateReturn(n, add)
			}
			return true
		})
	}
	return all, failed
}

type adder func(at token.Pos, what string, change, undo func())

// others are the operators that take the place of one.
var others = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
}

func mutateOperator(n *ast.BinaryExpr, add adder) {
	was := n.Op
	for _, other := range others[was] {
		if was == token.ADD && (isText(n.X) || isText(n.Y)) {
			continue // it would not compile
		}
		add(n.OpPos, fmt.Sprintf("%s becomes %s", was, other), func() { n.Op = other }, func() { n.Op = was })
	}
}

// isText tells whether an expression certainly is a text.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return isText(e.X) || isText(e.Y)
	}
	return false
}

// mutateCondition skips the body of an if that only returns or assigns. A check of
// an error is left alone: that it is passed on is the compiler's and linter's care.
func mutateCondition(n *ast.IfStmt, add adder) {
	if comparison, ok := n.Cond.(*ast.BinaryExpr); ok {
		if left, ok := comparison.X.(*ast.Ident); ok && left.Name == "err" {
			return
		}
	}
	was := n.Cond
	add(n.If, "the condition is never true", func() {
		n.Cond = &ast.BinaryExpr{X: &ast.ParenExpr{X: was}, Op: token.LAND, Y: ast.NewIdent("false")}
	}, func() { n.Cond = was })
}

func mutateNumber(n *ast.BasicLit, add adder) {
	if n.Kind != token.INT {
		return
	}
	value, err := strconv.Atoi(n.Value)
	if err != nil {
		return
	}
	was := n.Value
	add(n.Pos(), fmt.Sprintf("%s becomes %d", was, value+1), func() { n.Value = strconv.Itoa(value + 1) }, func() { n.Value = was })
}

func mutateTruth(n *ast.Ident, add adder) {
	opposite := map[string]string{"true": "false", "false": "true"}[n.Name]
	if opposite == "" {
		return
	}
	was := n.Name
	add(n.Pos(), fmt.Sprintf("%s becomes %s", was, opposite), func() { n.Name = opposite }, func() { n.Name = was })
}

// mutateReturn swallows an error that is returned last.
func mutateReturn(n *ast.ReturnStmt, add adder) {
	last := len(n.Results) - 1
	if last < 0 {
		return
	}
	if name, ok := n.Results[last].(*ast.Ident); !ok || name.Name != "err" || last > 0 && isCall(n.Results[0]) {
		return
	}
	was := n.Results[last]
	add(n.Pos(), "the error is swallowed", func() { n.Results[last] = ast.NewIdent("nil") }, func() { n.Results[last] = was })
}

func isCall(e ast.Expr) bool {
	_, ok := e.(*ast.CallExpr)
	return ok
}
