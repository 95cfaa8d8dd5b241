package pattern

import "encoding/json"

// bound is one comparison with a number.
type bound struct {
	operator string
	number   float64
}

func (b bound) holds(n float64) bool {
	switch b.operator {
	case "<":
		return n < b.number
	case "<=":
		return n <= b.number
	case ">":
		return n > b.number
	case ">=":
		return n >= b.number
	}
	return n == b.number
}

// numeric reads [">", 0, "<=", 5]: one comparison, or a range from below.
func (p *parser) numeric(value json.Token) (filter, error) {
	if value != openList {
		return filter{}, p.fail("Value of numeric must be an array.")
	}
	token, err := p.next()
	if err != nil {
		return filter{}, err
	}
	operator, ok := token.(string)
	if !ok {
		return filter{}, p.failAfter("Invalid member in numeric match: %v", token)
	}
	first, err := p.bound(operator)
	if err != nil {
		return filter{}, err
	}
	bounds := []bound{first}
	if p.more() && (operator == ">" || operator == ">=") {
		top, err := p.top()
		if err != nil {
			return filter{}, err
		}
		bounds = append(bounds, top)
	}
	if token, err = p.next(); err != nil {
		return filter{}, err
	}
	switch {
	case token == shutList && len(bounds) == 2 && bounds[1].number <= bounds[0].number:
		return filter{}, p.fail("Bottom must be less than top")
	case token == shutList:
	case len(bounds) == 2:
		return filter{}, p.fail("Too many terms in numeric range expression")
	default:
		return filter{}, p.fail("Too many elements in numeric expression")
	}
	return p.closed(filter{match: func(value any) bool {
		n, ok := value.(float64)
		for _, b := range bounds {
			ok = ok && b.holds(n)
		}
		return ok
	}})
}

// bound reads the number of an operator.
func (p *parser) bound(operator string) (bound, error) {
	named := operator
	switch operator {
	case "=":
		named = "equals"
	case "<", "<=", ">", ">=":
	default:
		named = ""
	}
	token, err := p.next()
	if err != nil {
		return bound{}, err
	}
	if named == "" {
		return bound{}, p.fail("Unrecognized numeric range operator: %s", operator)
	}
	number, ok := plain(token).(float64)
	if !ok {
		return bound{}, p.fail("Value of %s must be numeric", named)
	}
	return bound{operator, number}, nil
}

// top reads the second comparison of a range.
func (p *parser) top() (bound, error) {
	token, err := p.next()
	if err != nil {
		return bound{}, err
	}
	operator, ok := token.(string)
	if !ok {
		return bound{}, p.failAfter("Bad value in numeric range: %v", token)
	}
	if operator != "<" && operator != "<=" {
		return bound{}, p.failAfter("Bad numeric range operator: %s", operator)
	}
	return p.bound(operator)
}
