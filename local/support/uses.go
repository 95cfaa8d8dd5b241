package support

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// member is a field of a struct type, by the type's full name.
type member struct{ owner, name string }

// uses are the members that a service's code mentions, and how.
type uses struct {
	read, written map[member]bool
	// refused members stand in a condition that leads to a refusal, or in a list
	// of members to refuse. One that is read elsewhere too is refused for some
	// values only.
	refused map[member]bool
	// from tells which struct types are converted or copied into a type.
	from map[string][]string
}

func newUses() *uses {
	return &uses{read: map[member]bool{}, written: map[member]bool{}, refused: map[member]bool{}, from: map[string][]string{}}
}

// fills tells whether an output's member is written, in its own type or in one
// that is copied into it.
func (u *uses) fills(owner, name string) bool {
	seen := map[string]bool{owner: true}
	for waiting := []string{owner}; len(waiting) > 0; waiting = waiting[1:] {
		if u.written[member{waiting[0], name}] {
			return true
		}
		for _, other := range u.from[waiting[0]] {
			if !seen[other] {
				seen[other] = true
				waiting = append(waiting, other)
			}
		}
	}
	return false
}

// walk is the reading of one package.
type walk struct {
	*uses
	info *types.Info
	// assigned are the selectors that are written to, and conditions those that
	// decide on a refusal.
	assigned, conditions map[*ast.SelectorExpr]bool
}

func (u *uses) add(s source) {
	w := walk{uses: u, info: s.info, assigned: map[*ast.SelectorExpr]bool{}, conditions: map[*ast.SelectorExpr]bool{}}
	for _, file := range s.files {
		ast.Inspect(file, w.node)
	}
}

// node notes what one node of the syntax says of members. Parents come before
// children, so a statement marks its selectors before they are met.
func (w walk) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		w.assign(n)
	case *ast.IncDecStmt:
		w.write(n.X)
	case *ast.IfStmt:
		if refusal(n.Body.List) {
			w.condition(n.Cond)
		}
	case *ast.CaseClause:
		if refusal(n.Body) {
			for _, condition := range n.List {
				w.condition(condition)
			}
		}
	case *ast.CompositeLit:
		w.literal(n)
	case *ast.CallExpr:
		return w.call(n)
	case *ast.SelectorExpr:
		w.selector(n)
	}
	return true
}

func (w walk) assign(n *ast.AssignStmt) {
	for _, left := range n.Lhs {
		w.write(left)
	}
}

func (w walk) write(expression ast.Expr) {
	if selector, ok := expression.(*ast.SelectorExpr); ok {
		w.assigned[selector] = true
	}
}

// condition notes the selectors that decide on a refusal. One that is compared
// with a value other than nothing is refused for that value only, which its
// reading says.
func (w walk) condition(expression ast.Expr) {
	ast.Inspect(expression, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if compares(n.Op) && !w.nothing(n.X) && !w.nothing(n.Y) {
				w.compared(n)
			}
		case *ast.SelectorExpr:
			w.conditions[n] = true
		}
		return true
	})
}

// compared notes what a comparison reads; that it refuses too is noted later.
func (w walk) compared(n *ast.BinaryExpr) {
	ast.Inspect(n, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			w.mention(selector, w.read)
		}
		return true
	})
}

func compares(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}

// nothing tells whether an operand is nil, zero, false or an empty text.
func (w walk) nothing(operand ast.Expr) bool {
	found := w.info.Types[operand]
	if found.IsNil() {
		return true
	}
	if found.Value == nil {
		return false
	}
	switch text := found.Value.ExactString(); text {
	case "0", "false", `""`:
		return true
	}
	return false
}

// refusal tells whether a block does nothing but refuse: it returns an error that
// says so in the words that every refusal here has.
func refusal(block []ast.Stmt) bool {
	if len(block) != 1 {
		return false
	}
	answer, ok := block[0].(*ast.ReturnStmt)
	if !ok {
		return false
	}
	found := false
	ast.Inspect(answer, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || n.Name == "unsupported"
		case *ast.BasicLit:
			found = found || strings.Contains(strings.ToLower(n.Value), "the local cloud")
		}
		return true
	})
	return found
}

func (w walk) literal(n *ast.CompositeLit) {
	t := w.info.Types[n].Type
	owner, shape := structOf(t)
	if owner == "" {
		return
	}
	for i, element := range n.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			w.written[member{owner, pair.Key.(*ast.Ident).Name}] = true
		} else {
			w.written[member{owner, shape.Field(i).Name()}] = true
		}
	}
}

// call notes conversions and copies between structs, and lists of members to
// refuse. What the functions that find a call's permissions read is not read by
// the operation: they are arguments of api.Op after its second.
func (w walk) call(n *ast.CallExpr) bool {
	if w.info.Types[n.Fun].IsType() && len(n.Args) == 1 {
		to, _ := structOf(w.info.Types[n].Type)
		from, _ := structOf(w.info.Types[n.Args[0]].Type)
		if to != "" && from != "" {
			w.from[to] = append(w.from[to], from)
		}
	}
	switch name, instance := w.callee(n.Fun); {
	case name == "as" && instance.Len() == 2:
		to, _ := structOf(instance.At(0))
		from, _ := structOf(instance.At(1))
		w.from[to] = append(w.from[to], from)
	case name == "refuse" && len(n.Args) > 2:
		owner, _ := structOf(w.info.Types[n.Args[1]].Type)
		for _, arg := range n.Args[2:] {
			if literal, ok := arg.(*ast.BasicLit); ok {
				text, _ := strconv.Unquote(literal.Value) // the parser took it
				w.refused[member{owner, text}] = true
			}
		}
	case name == "Op" && len(n.Args) > 2:
		for _, arg := range n.Args[:2] {
			ast.Inspect(arg, w.node)
		}
		return false
	}
	return true
}

// callee is the name of the function called, and its type arguments.
func (w walk) callee(function ast.Expr) (string, *types.TypeList) {
	switch f := function.(type) {
	case *ast.Ident:
		return f.Name, w.info.Instances[f].TypeArgs
	case *ast.SelectorExpr:
		return f.Sel.Name, w.info.Instances[f.Sel].TypeArgs
	case *ast.IndexExpr:
		return w.callee(f.X)
	case *ast.IndexListExpr:
		return w.callee(f.X)
	}
	return "", nil
}

func (w walk) selector(n *ast.SelectorExpr) {
	switch {
	case w.assigned[n]:
		w.mention(n, w.written)
	case w.conditions[n]:
		w.mention(n, w.refused)
	default:
		w.mention(n, w.read)
	}
}

// mention notes the members that a selector goes through, embedded ones too.
func (w walk) mention(n *ast.SelectorExpr, in map[member]bool) {
	selection, ok := w.info.Selections[n]
	if !ok || selection.Kind() != types.FieldVal {
		return
	}
	t := selection.Recv()
	for _, index := range selection.Index() {
		owner, shape := structOf(t)
		if shape == nil {
			return
		}
		field := shape.Field(index)
		if t = field.Type(); owner != "" {
			in[member{owner, field.Name()}] = true
		}
	}
}

// structOf is the full name of a named struct type or of a pointer to one, and
// its fields.
func structOf(t types.Type) (string, *types.Struct) {
	if t == nil {
		return "", nil
	}
	if pointer, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	t = types.Unalias(t)
	shape, ok := t.Underlying().(*types.Struct)
	if !ok {
		return "", nil
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return "", shape
	}
	return named.Obj().Pkg().Path() + "." + named.Obj().Name(), shape
}
