package jsonata

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"

	"weir/localcloud/internal/ordered"
)

// A shortcut answers the expressions that most fields of a state machine are -
// a path on a variable ($states.result.Payload.plan), or such a path compared
// with a literal ($progress.next = 'bake') - without the engine, a thousand
// times faster. It declines whatever it is not certain of, an array on the way for
// one, and the engine decides.
func shortcut(source string, values Values) (value any, defined, ok bool) {
	steps, rest := readPath(source)
	if steps == nil {
		return nil, false, false
	}
	value, defined, ok = walk(steps, values)
	rest = strings.TrimSpace(rest)
	if !ok || rest == "" {
		return value, defined, ok
	}
	operator := rest
	if i := strings.IndexAny(rest, "\"'0123456789tfn "); i >= 0 {
		operator = rest[:i]
	}
	literal, isLiteral := readLiteral(strings.TrimSpace(rest[len(operator):]))
	if !isLiteral {
		return nil, false, false
	}
	return compare(operator, value, defined, literal)
}

// compare applies an operator of JSONata. Nothing neither equals nor differs
// from anything; an order exists between two numbers or two strings, and the
// engine says what is wrong with others.
func compare(operator string, value any, defined bool, literal any) (any, bool, bool) {
	switch operator {
	case "=":
		return defined && reflect.DeepEqual(value, literal), true, true
	case "!=":
		return defined && !reflect.DeepEqual(value, literal), true, true
	}
	order := 0
	switch left := value.(type) {
	case float64:
		right, ok := literal.(float64)
		if !ok {
			return nil, false, false
		}
		order = cmp.Compare(left, right)
	case string:
		right, ok := literal.(string)
		if !ok {
			return nil, false, false
		}
		order = cmp.Compare(left, right)
	default:
		return nil, false, false
	}
	switch operator {
	case "<":
		return order < 0, true, true
	case "<=":
		return order <= 0, true, true
	case ">":
		return order > 0, true, true
	case ">=":
		return order >= 0, true, true
	}
	return nil, false, false
}

// readPath reads $name.name... and returns what follows it.
func readPath(source string) (steps []string, rest string) {
	if !strings.HasPrefix(source, "$") {
		return nil, ""
	}
	rest = source[1:]
	for {
		end := 0
		for end < len(rest) && nameByte(rest[end], end == 0) {
			end++
		}
		name := rest[:end]
		switch name {
		case "", "and", "or", "in", "true", "false", "null", "function":
			return nil, ""
		}
		steps, rest = append(steps, name), rest[end:]
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
	}
	if rest != "" && !strings.ContainsRune(" =!<>", rune(rest[0])) {
		return nil, ""
	}
	return steps, rest
}

func nameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

// readLiteral reads a string without escapes, a plain number, true, false or
// null.
func readLiteral(text string) (any, bool) {
	switch text {
	case "true", "false":
		return text == "true", true
	case "null":
		return nil, true
	case "":
		return nil, false
	}
	if quote := text[0]; quote == '\'' || quote == '"' {
		inner := text[1:]
		if len(inner) == 0 || strings.IndexByte(inner, quote) != len(inner)-1 || strings.Contains(inner, `\`) {
			return nil, false
		}
		return inner[:len(inner)-1], true
	}
	if strings.Trim(text, "0123456789") != "" {
		return nil, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// walk follows a path through objects. ok is false where it meets an array.
func walk(steps []string, values Values) (value any, defined, ok bool) {
	var current any = values
	if _, bound := values[steps[0]]; !bound {
		return nil, false, false // perhaps a function of the language
	}
	for _, step := range steps {
		switch object := current.(type) {
		case Values:
			current, defined = object[step]
		case *ordered.Object:
			current, defined = object.Lookup(step)
		case []any:
			return nil, false, false
		case nil, bool, float64, string:
			return nil, false, true
		default:
			return nil, false, false // not a JSON value: the engine reports it
		}
		if !defined {
			return nil, false, true
		}
	}
	switch current.(type) {
	case nil, bool, float64, string, []any, *ordered.Object:
		return current, true, true
	}
	return nil, false, false
}
