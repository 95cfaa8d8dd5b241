package intrinsic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/jsonpath"
)

// Resolver finds the value of a path argument.
type Resolver func(*jsonpath.Path) (any, error)

// function is an intrinsic and how many arguments it takes.
type function struct {
	min, max int
	do       func(args []any) (any, error)
}

// maxArray is how long an array States.ArrayRange may make.
const maxArray = 1000

// functions by name without "States.".
var functions = map[string]function{
	"Format":         {1, math.MaxInt, format},
	"StringToJson":   {1, 1, stringToJSON},
	"JsonToString":   {1, 1, func(a []any) (any, error) { return ordered.Encode(a[0]), nil }},
	"Array":          {0, math.MaxInt, func(a []any) (any, error) { return append([]any{}, a...), nil }},
	"ArrayPartition": {2, 2, arrayPartition},
	"ArrayContains":  {2, 2, arrayContains},
	"ArrayRange":     {3, 3, arrayRange},
	"ArrayGetItem":   {2, 2, arrayGetItem},
	"ArrayLength":    {1, 1, arrayLength},
	"ArrayUnique":    {1, 1, arrayUnique},
	"Base64Encode":   {1, 1, base64Encode},
	"Base64Decode":   {1, 1, base64Decode},
	"Hash":           {2, 2, hash},
	"JsonMerge":      {3, 3, jsonMerge},
	"MathRandom":     {2, 3, mathRandom},
	"MathAdd":        {2, 2, mathAdd},
	"StringSplit":    {2, 2, stringSplit},
	"UUID":           {0, 0, uuid},
}

// Eval evaluates the call. Errors of paths are the resolver's; others say what
// the function refused.
func (c *Call) Eval(resolve Resolver) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		var err error
		switch {
		case a.path != nil:
			args[i], err = resolve(a.path)
		case a.call != nil:
			args[i], err = a.call.Eval(resolve)
		default:
			args[i] = a.literal
			if s, ok := a.literal.(string); ok && c.Name != "Format" {
				args[i] = unescape(s)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	value, err := functions[c.Name].do(args)
	if err != nil {
		return nil, fmt.Errorf("States.%s: %w", c.Name, err)
	}
	return value, nil
}

func unescape(s string) string { return strings.ReplaceAll(s, string(rune(escaped)), "") }

func format(args []any) (any, error) {
	template, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("the template must be a string")
	}
	var b strings.Builder
	used := 1
	for i := 0; i < len(template); i++ {
		switch {
		case template[i] == escaped:
			if i++; i < len(template) {
				b.WriteByte(template[i])
			}
		case strings.HasPrefix(template[i:], "{}"):
			if used == len(args) {
				return nil, fmt.Errorf("the template has more placeholders than arguments")
			}
			b.WriteString(unescape(shown(args[used])))
			used++
			i++
		default:
			b.WriteByte(template[i])
		}
	}
	if used != len(args) {
		return nil, fmt.Errorf("the template has fewer placeholders than arguments")
	}
	return b.String(), nil
}

// shown is a value as States.Format puts it into text: strings as they are,
// arrays and objects in brackets and braces, {a=1, b=[x, y]}.
func shown(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		parts := make([]string, len(value))
		for i, member := range value {
			parts[i] = shown(member)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *ordered.Object:
		var parts []string
		for name, member := range value.All() {
			parts = append(parts, name+"="+shown(member))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return ordered.Encode(value)
}

func stringToJSON(args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("the argument must be a string")
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	value, err := ordered.Decode(s)
	if err != nil {
		return nil, fmt.Errorf("the argument is not JSON: %w", err)
	}
	if n, ok := ordered.Number(value); ok && n == 0 {
		value = 0.0 // of either sign
	}
	return value, nil
}

func list(value any) ([]any, error) {
	l, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("the first argument must be an array")
	}
	return l, nil
}

// integer rounds a half up, as AWS does: -1.5 is -1.
func integer(value any, what string) (int, error) {
	n, ok := ordered.Number(value)
	if !ok || math.Abs(n) > 1<<53 {
		return 0, fmt.Errorf("the %s must be an integer", what)
	}
	return int(math.Floor(n + 0.5)), nil
}

func arrayPartition(args []any) (any, error) {
	l, err := list(args[0])
	if err != nil {
		return nil, err
	}
	size, err := integer(args[1], "chunk size")
	if err != nil || size < 1 {
		return nil, fmt.Errorf("the chunk size must be a positive integer")
	}
	chunks := []any{}
	for len(l) > 0 {
		n := min(size, len(l))
		chunks = append(chunks, append([]any{}, l[:n]...))
		l = l[n:]
	}
	return chunks, nil
}

func arrayContains(args []any) (any, error) {
	l, err := list(args[0])
	if err != nil {
		return nil, err
	}
	return contains(l, args[1]), nil
}

func contains(list []any, value any) bool {
	return slices.ContainsFunc(list, func(member any) bool { return ordered.Equal(member, value) })
}

func arrayRange(args []any) (any, error) {
	var ends [3]int
	for i, what := range []string{"first value", "last value", "step"} {
		n, err := integer(args[i], what)
		if err != nil {
			return nil, err
		}
		ends[i] = n
	}
	first, last, step := ends[0], ends[1], ends[2]
	if step == 0 {
		return nil, fmt.Errorf("the step must not be zero")
	}
	l := []any{}
	for n := first; step > 0 && n <= last || step < 0 && n >= last; n += step {
		if len(l) == maxArray {
			return nil, fmt.Errorf("the array would have more than %d elements", maxArray)
		}
		l = append(l, float64(n))
	}
	return l, nil
}

func arrayGetItem(args []any) (any, error) {
	l, err := list(args[0])
	if err != nil {
		return nil, err
	}
	i, err := integer(args[1], "index")
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(l) {
		return nil, fmt.Errorf("the index %d is out of bounds", i)
	}
	return l[i], nil
}

func arrayLength(args []any) (any, error) {
	l, err := list(args[0])
	return float64(len(l)), err
}

func arrayUnique(args []any) (any, error) {
	l, err := list(args[0])
	if err != nil {
		return nil, err
	}
	unique := []any{}
	seen := map[string]bool{}
	for _, member := range l {
		text := ordered.Encode(member)
		if _, isObject := member.(*ordered.Object); seen[text] || isObject && contains(unique, member) {
			continue
		}
		seen[text] = true
		unique = append(unique, member)
	}
	return unique, nil
}

func jsonMerge(args []any) (any, error) {
	left, ok1 := args[0].(*ordered.Object)
	right, ok2 := args[1].(*ordered.Object)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("the first two arguments must be objects")
	}
	if args[2] != false {
		return nil, fmt.Errorf("only a shallow merge is supported: the third argument must be false")
	}
	return left.Clone().Merge(right), nil
}

func mathRandom(args []any) (any, error) {
	first, err := integer(args[0], "start")
	if err != nil {
		return nil, err
	}
	last, err := integer(args[1], "end")
	if err != nil {
		return nil, err
	}
	if last <= first {
		return nil, fmt.Errorf("the end must be greater than the start")
	}
	if len(args) == 2 {
		return float64(first + rand.IntN(last-first)), nil
	}
	seed, err := integer(args[2], "seed")
	if err != nil {
		return nil, err
	}
	source := rand.New(rand.NewPCG(uint64(seed), uint64(seed)^0x9e3779b97f4a7c15))
	return float64(first + source.IntN(last-first)), nil
}

func mathAdd(args []any) (any, error) {
	left, err := integer(args[0], "first argument")
	if err != nil {
		return nil, err
	}
	right, err := integer(args[1], "second argument")
	return float64(left + right), err
}

func stringSplit(args []any) (any, error) {
	s, ok1 := args[0].(string)
	delimiters, ok2 := args[1].(string)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("both arguments must be strings")
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}
