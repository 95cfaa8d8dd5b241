package pattern

import (
	"cmp"
	"errors"
	"fmt"

	"weir/localcloud/internal/ordered"
)

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
func numeric(value any) (filter, error) {
	list, ok := value.([]any)
	if !ok || len(list) == 0 {
		return filter{}, errors.New("Value of numeric must be an array.")
	}
	var bounds []bound
	for ; len(list) > 0; list = list[min(2, len(list)):] {
		number, isNumber := 0.0, false
		if len(list) > 1 {
			number, isNumber = ordered.Number(list[1])
		}
		b := bound{number: number}
		if err := b.follow(bounds, list[0]); err != nil {
			return filter{}, err
		}
		switch {
		case !isNumber:
			named := map[string]string{"=": "equals"}[b.operator]
			return filter{}, fmt.Errorf("Value of %s must be numeric", cmp.Or(named, b.operator))
		case len(bounds) == 1 && number <= bounds[0].number:
			return filter{}, errors.New("Bottom must be less than top")
		}
		bounds = append(bounds, b)
	}
	return filter{match: func(value any) bool {
		n, ok := value.(float64)
		for _, b := range bounds {
			ok = ok && b.holds(n)
		}
		return ok
	}}, nil
}

// follow sets the bound's operator, if one may stand after the bounds before.
func (b *bound) follow(before []bound, member any) error {
	operator, ok := member.(string)
	b.operator = operator
	known := operator == "=" || operator == "<" || operator == "<=" || operator == ">" || operator == ">="
	switch {
	case len(before) == 0 && !ok:
		return fmt.Errorf("Invalid member in numeric match: %v", member)
	case len(before) == 0 && !known:
		return fmt.Errorf("Unrecognized numeric range operator: %s", operator)
	case len(before) == 0:
	case len(before) == 2:
		return errors.New("Too many terms in numeric range expression")
	case before[0].operator[0] != '>':
		return errors.New("Too many elements in numeric expression")
	case !ok:
		return fmt.Errorf("Bad value in numeric range: %v", member)
	case operator != "<" && operator != "<=":
		return fmt.Errorf("Bad numeric range operator: %s", operator)
	}
	return nil
}
