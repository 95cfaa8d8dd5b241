package pattern

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/ordered"
)

// only is the one member of an operator's object.
func only(o *ordered.Object) (name string, value any, err error) {
	switch o.Len() {
	case 0:
		return "", nil, errors.New("Match expression name not found")
	case 1:
		name = o.Names()[0]
		return name, o.Get(name), nil
	}
	return "", nil, errors.New("Only one key allowed in match expression")
}

// operator reads a filter that is an object: {"prefix": "x"}.
func (p *parser) operator(o *ordered.Object) (filter, error) {
	name, value, err := only(o)
	if err != nil {
		return filter{}, err
	}
	switch name {
	case "anything-but":
		return p.anythingBut(value)
	case "numeric":
		return numeric(value)
	case "exists":
		exists, ok := value.(bool)
		if !ok {
			return filter{}, errors.New("exists match pattern must be either true or false.")
		}
		return filter{absent: !exists, match: func(any) bool { return true }}, nil
	case "prefix", "suffix":
		if inner, ok := value.(*ordered.Object); ok && !p.policy {
			return affix(name, inner)
		}
		return ofText(name, value)
	case "equals-ignore-case", "cidr":
		return ofText(name, value)
	case "exactly", "wildcard":
		if !p.policy {
			return ofText(name, value)
		}
	}
	return filter{}, fmt.Errorf("Unrecognized match type %s", name)
}

// ofText reads the operators over one text.
func ofText(name string, value any) (filter, error) {
	text, ok := value.(string)
	if !ok {
		called := map[string]string{"exactly": "exact", "cidr": "prefix"}[name] // CIDR's refusal has that word
		return filter{}, fmt.Errorf("%s match pattern must be a string", cmp.Or(called, name))
	}
	test, err := textTest(name, text)
	return filter{match: func(value any) bool {
		got, ok := value.(string)
		return ok && test(got)
	}}, err
}

// textTest is what an operator with a text asks of another.
func textTest(name, wanted string) (func(string) bool, error) {
	switch name {
	case "prefix":
		return func(got string) bool { return strings.HasPrefix(got, wanted) }, nil
	case "suffix":
		return func(got string) bool { return strings.HasSuffix(got, wanted) }, nil
	case "equals-ignore-case":
		return func(got string) bool { return strings.EqualFold(wanted, got) }, nil
	case "wildcard":
		parts, err := parseWildcard(wanted)
		return func(got string) bool { return matchWildcard(parts, got) }, err
	case "cidr":
		network, err := parseNetwork(wanted)
		return func(got string) bool {
			address, err := netip.ParseAddr(got)
			return err == nil && network.Contains(address)
		}, err
	}
	return func(got string) bool { return wanted == got }, nil
}

// affix reads {"prefix": {"equals-ignore-case": "x"}}.
func affix(name string, o *ordered.Object) (filter, error) {
	inner, value, err := only(o)
	if err != nil {
		return filter{}, err
	}
	text, ok := value.(string)
	if inner != "equals-ignore-case" || !ok {
		return filter{}, fmt.Errorf("%s match pattern must be a string", name)
	}
	test, err := textTest(name, strings.ToLower(text))
	return filter{match: func(value any) bool {
		got, ok := value.(string)
		return ok && test(strings.ToLower(got))
	}}, err
}

// parseWildcard splits a wildcard at its stars; \* and \\ stand for themselves.
func parseWildcard(text string) ([]string, error) {
	parts := []string{""}
	for i := 0; i < len(text); i++ {
		last := &parts[len(parts)-1]
		switch c := text[i]; c {
		case '*':
			if i+1 < len(text) && text[i+1] == '*' {
				return nil, fmt.Errorf("Consecutive wildcard characters at pos %d", i+1)
			}
			parts = append(parts, "")
		case '\\':
			if i+1 == len(text) || text[i+1] != '*' && text[i+1] != '\\' {
				return nil, fmt.Errorf("Invalid escape character at pos %d", i+1)
			}
			i++
			*last += text[i : i+1]
		default:
			*last += string(c)
		}
	}
	return parts, nil
}

func matchWildcard(parts []string, text string) bool {
	if len(parts) == 1 {
		return parts[0] == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, text, ok = strings.Cut(text, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// parseNetwork words its refusals as EventBridge does.
func parseNetwork(text string) (netip.Prefix, error) {
	ip, mask, ok := strings.Cut(text, "/")
	if !ok || strings.Contains(mask, "/") {
		return netip.Prefix{}, fmt.Errorf("Malformed CIDR, one '/' required")
	}
	bits, err := strconv.Atoi(mask)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("Malformed CIDR, mask bits must be an integer")
	}
	address, err := netip.ParseAddr(ip)
	switch {
	case bits < 0:
		return netip.Prefix{}, fmt.Errorf("Malformed CIDR, mask bits must not be negative")
	case err != nil || address.Zone() != "":
		return netip.Prefix{}, fmt.Errorf("Nonstandard IP address: %s", ip)
	case address.Is4() && bits > 31:
		return netip.Prefix{}, fmt.Errorf("IPv4 mask bits must be < 32")
	case bits > 127:
		return netip.Prefix{}, fmt.Errorf("IPv6 mask bits must be < 128")
	}
	return netip.PrefixFrom(address, bits), nil
}

// anythingBut reads {"anything-but": ...} over a value, values, or one operator
// over a text or texts. A field that is not there does not match.
func (p *parser) anythingBut(value any) (filter, error) {
	if inner, ok := value.(*ordered.Object); ok {
		return p.anythingButOperator(inner)
	}
	values, err := excluded(value, "Inside anything but list, start|null|boolean is not supported.", true)
	if err != nil {
		return filter{}, err
	}
	return filter{match: func(value any) bool { return !slices.Contains(values, value) }}, nil
}

const noExclusion = "Value of anything-but must be an array or single string/number value."

// excluded are the values that are not to be: one, or those of a list.
func excluded(value any, wrong string, numbers bool) ([]any, error) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	texts := 0
	values := make([]any, len(list))
	for i, value := range list {
		values[i] = plain(value)
		_, text := values[i].(string)
		_, number := values[i].(float64)
		switch {
		case text:
			texts++
		case !isList && !number:
			return nil, errors.New(noExclusion)
		case !number || !numbers:
			return nil, errors.New(wrong)
		}
	}
	if len(values) == 0 || texts > 0 && texts < len(values) {
		return nil, errors.New("Inside anything but list, either all values are number or string, mixed type is not supported")
	}
	return values, nil
}

func (p *parser) anythingButOperator(o *ordered.Object) (filter, error) {
	name, value, err := only(o)
	if err != nil {
		return filter{}, err
	}
	wrong := map[string]string{
		"prefix": "prefix/suffix match pattern must be a string", "suffix": "prefix/suffix match pattern must be a string",
		"wildcard":           "wildcard match pattern must be a string",
		"equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
	}[name]
	if wrong == "" || p.policy && name != "prefix" {
		return filter{}, fmt.Errorf("Unsupported anything-but pattern: %s", name)
	}
	if _, isText := value.(string); p.policy && !isText {
		return filter{}, errors.New("prefix match pattern must be a string")
	}
	values, err := excluded(value, wrong, false)
	if err != nil {
		return filter{}, err
	}
	var tests []func(string) bool
	for _, text := range values {
		if text == "" && strings.HasSuffix(name, "fix") {
			return filter{}, errors.New("Null prefix/suffix not allowed")
		}
		test, err := textTest(name, text.(string))
		if err != nil {
			return filter{}, err
		}
		tests = append(tests, test)
	}
	return filter{match: func(value any) bool {
		text, ok := value.(string)
		return !ok || !slices.ContainsFunc(tests, func(test func(string) bool) bool { return test(text) })
	}}, nil
}
