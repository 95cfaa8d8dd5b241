package expression

import "strconv"

// node is a part of an expression.
type node interface{}

type (
	numberNode float64
	textNode   string
	// idNode names a query.
	idNode   string
	listNode []node
	callNode struct {
		function string
		args     []node
	}
	unaryNode  struct{ of node }
	binaryNode struct {
		op          string
		left, right node
	}
)

// Expression is one that has been read.
type Expression struct{ root node }

// maxDepth bounds the nesting of an expression.
const maxDepth = 100

// levels of operators, those that bind least first. A power binds more than all
// of them and is read from the right.
var levels = [][]string{{"OR", "||"}, {"AND", "&&"}, {"==", "!="}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "/"}}

// Parse reads an expression. Its functions are known afterwards, its ids not.
func Parse(text string) (*Expression, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	root, err := p.level(0)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != endOfText {
		return nil, errSyntax
	}
	return &Expression{root: root}, nil
}

type parser struct {
	tokens []token
	depth  int
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != endOfText {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take takes a symbol if it is next.
func (p *parser) take(s string) bool {
	if t := p.peek(); t.kind != symbol || t.text != s {
		return false
	}
	p.next()
	return true
}

// level reads the operators of a level and of all that bind more.
func (p *parser) level(n int) (node, error) {
	if p.depth++; p.depth > maxDepth*(len(levels)+2) {
		return nil, errSyntax
	}
	defer func() { p.depth-- }()
	if n == len(levels) {
		return p.unary()
	}
	left, err := p.level(n + 1)
	for err == nil {
		op, ok := p.operator(levels[n])
		if !ok {
			return left, nil
		}
		var right node
		right, err = p.level(n + 1)
		left = binaryNode{op: op, left: left, right: right}
	}
	return nil, err
}

func (p *parser) operator(of []string) (string, bool) {
	t := p.peek()
	if t.kind != symbol && t.kind != name {
		return "", false
	}
	for _, op := range of {
		if t.text == op {
			p.next()
			return op, true
		}
	}
	return "", false
}

func (p *parser) unary() (node, error) {
	if p.depth++; p.depth > maxDepth*(len(levels)+2) {
		return nil, errSyntax
	}
	defer func() { p.depth-- }()
	if p.take("-") {
		of, err := p.unary()
		return unaryNode{of: of}, err
	}
	base, err := p.operand()
	if err != nil || !p.take("^") {
		return base, err
	}
	exponent, err := p.unary()
	return binaryNode{op: "^", left: base, right: exponent}, err
}

func (p *parser) operand() (node, error) {
	switch t := p.next(); {
	case t.kind == number:
		value, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, errSyntax
		}
		return numberNode(value), nil
	case t.kind == text:
		return textNode(t.text), nil
	case t.kind == name && p.take("("):
		args, err := p.list(")")
		if err != nil {
			return nil, err
		}
		return known(callNode{function: t.text, args: args})
	case t.kind == name && t.text != "AND" && t.text != "OR":
		return idNode(t.text), nil
	case t.kind == symbol && t.text == "(":
		inner, err := p.level(0)
		if err == nil && !p.take(")") {
			err = errSyntax
		}
		return inner, err
	case t.kind == symbol && t.text == "[":
		items, err := p.list("]")
		if err == nil && len(items) == 0 {
			err = errSyntax
		}
		return listNode(items), err
	}
	return nil, errSyntax
}

// list reads what is between commas, up to and with the closing symbol.
func (p *parser) list(closing string) ([]node, error) {
	var items []node
	if p.take(closing) {
		return items, nil
	}
	for {
		item, err := p.level(0)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if p.take(closing) {
			return items, nil
		}
		if !p.take(",") {
			return nil, errSyntax
		}
	}
}

// Calls tells whether an expression calls a function.
func (e *Expression) Calls(function string) bool {
	found := false
	walk(e.root, func(n node) {
		call, ok := n.(callNode)
		found = found || ok && call.function == function
	})
	return found
}

func walk(n node, visit func(node)) {
	visit(n)
	switch n := n.(type) {
	case listNode:
		for _, item := range n {
			walk(item, visit)
		}
	case callNode:
		for _, arg := range n.args {
			walk(arg, visit)
		}
	case unaryNode:
		walk(n.of, visit)
	case binaryNode:
		walk(n.left, visit)
		walk(n.right, visit)
	}
}
