package pattern

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// operator reads a filter that is an object, which was opened: {"prefix": "x"}.
func (p *parser) operator() (filter, error) {
	name, err := p.next()
	if err != nil {
		return filter{}, err
	}
	if name == shut {
		return filter{}, p.fail("Match expression name not found")
	}
	value, err := p.next()
	if err != nil {
		return filter{}, err
	}
	if p.policy && (name == "exactly" || name == "wildcard") {
		return filter{}, p.fail("Unrecognized match type %s", name)
	}
	switch name {
	case "anything-but":
		return p.anythingBut(value)
	case "numeric":
		return p.numeric(value)
	case "exists":
		exists, ok := value.(bool)
		if !ok {
			return filter{}, p.fail("exists match pattern must be either true or false.")
		}
		return p.closed(filter{absent: !exists, match: func(any) bool { return true }})
	case "prefix", "suffix":
		return p.affix(name.(string), value)
	case "exactly", "equals-ignore-case", "wildcard", "cidr":
		return p.ofText(name.(string), value)
	}
	return filter{}, p.fail("Unrecognized match type %s", name)
}

// closed ends an operator.
func (p *parser) closed(f filter) (filter, error) {
	token, err := p.next()
	if err != nil {
		return filter{}, err
	}
	if token == shut {
		return f, nil
	}
	if _, err := p.next(); err != nil { // EventBridge's parser is at a field's value when it sees the name
		return filter{}, err
	}
	return filter{}, p.fail("Only one key allowed in match expression")
}

// ofText reads the operators over one text.
func (p *parser) ofText(name string, value json.Token) (filter, error) {
	text, ok := value.(string)
	if !ok {
		called := map[string]string{"exactly": "exact", "cidr": "prefix"}[name] // CIDR's refusal has that word
		if called == "" {
			called = name
		}
		return filter{}, p.fail("%s match pattern must be a string", called)
	}
	test, err := p.textTest(name, text)
	if err != nil {
		return filter{}, err
	}
	return p.closed(filter{match: func(value any) bool {
		got, ok := value.(string)
		return ok && test(got)
	}})
}

// textTest is what an operator with a text asks of another.
func (p *parser) textTest(name, wanted string) (func(string) bool, error) {
	switch name {
	case "prefix":
		return func(got string) bool { return strings.HasPrefix(got, wanted) }, nil
	case "suffix":
		return func(got string) bool { return strings.HasSuffix(got, wanted) }, nil
	case "equals-ignore-case":
		return func(got string) bool { return strings.EqualFold(wanted, got) }, nil
	case "wildcard":
		parts, err := parseWildcard(wanted)
		if err != nil {
			return nil, p.failAfter("%v", err)
		}
		return func(got string) bool { return matchWildcard(parts, got) }, nil
	case "cidr":
		network, err := parseNetwork(wanted)
		return func(got string) bool {
			address, err := netip.ParseAddr(got)
			return err == nil && network.Contains(address)
		}, err
	}
	return func(got string) bool { return wanted == got }, nil
}

// affix reads {"prefix": "x"} and {"prefix": {"equals-ignore-case": "x"}}.
func (p *parser) affix(name string, value json.Token) (filter, error) {
	if value != open || p.policy {
		return p.ofText(name, value)
	}
	inner, err := p.next()
	if err != nil {
		return filter{}, err
	}
	if inner != "equals-ignore-case" {
		return filter{}, p.fail("%s match pattern must be a string", name)
	}
	if value, err = p.next(); err != nil {
		return filter{}, err
	}
	text, ok := value.(string)
	if !ok {
		return filter{}, p.fail("%s match pattern must be a string", name)
	}
	test, err := p.textTest(name, strings.ToLower(text))
	if err != nil {
		return filter{}, err
	}
	f, err := p.closed(filter{match: func(value any) bool {
		got, ok := value.(string)
		return ok && test(strings.ToLower(got))
	}})
	if err != nil {
		return filter{}, err
	}
	return p.closed(f)
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
func (p *parser) anythingBut(value json.Token) (filter, error) {
	if value == open {
		return p.anythingButOperator()
	}
	excluded, err := p.excluded(value, "Inside anything but list, start|null|boolean is not supported.", true)
	if err != nil {
		return filter{}, err
	}
	return p.closed(filter{match: func(value any) bool { return !slices.Contains(excluded, value) }})
}

const noExclusion = "Value of anything-but must be an array or single string/number value."

// excluded are the values that are not to be: one, or those of a list.
func (p *parser) excluded(value json.Token, wrong string, numbers bool) ([]any, error) {
	accept := func(token json.Token) bool {
		_, number := token.(json.Number)
		_, text := token.(string)
		return text || number && numbers
	}
	if value != openList {
		if _, number := value.(json.Number); !accept(value) && !number {
			return nil, p.fail(noExclusion)
		}
		if !accept(value) {
			return nil, p.fail("%s", wrong)
		}
		return []any{plain(value)}, nil
	}
	var values []any
	for p.more() {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		if !accept(token) {
			return nil, p.again(p.fail("%s", wrong))
		}
		values = append(values, plain(token))
	}
	if _, err := p.next(); err != nil {
		return nil, err
	}
	texts := slices.ContainsFunc(values, func(value any) bool { _, text := value.(string); return text })
	other := slices.ContainsFunc(values, func(value any) bool { _, text := value.(string); return !text })
	if numbers && texts == other {
		return nil, p.fail("Inside anything but list, either all values are number or string, mixed type is not supported")
	}
	return values, nil
}

// again tells the place once more: EventBridge does so for what is wrong inside
// a list.
func (p *parser) again(err error) error {
	return fmt.Errorf("%w%s", err, p.position(p.offset()))
}

func (p *parser) anythingButOperator() (filter, error) {
	token, err := p.next()
	if err != nil {
		return filter{}, err
	}
	name, ok := token.(string)
	if !ok {
		return filter{}, p.fail("Anything-But expression name not found")
	}
	wrong := map[string]string{
		"prefix": "prefix/suffix match pattern must be a string", "suffix": "prefix/suffix match pattern must be a string",
		"wildcard":           "wildcard match pattern must be a string",
		"equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
	}[name]
	value, err := p.next()
	if err != nil {
		return filter{}, err
	}
	if wrong == "" || p.policy && name != "prefix" {
		return filter{}, p.fail("Unsupported anything-but pattern: %s", name)
	}
	if _, isText := value.(string); p.policy && !isText {
		return filter{}, p.fail("prefix match pattern must be a string")
	}
	excluded, err := p.excluded(value, wrong, false)
	if err != nil {
		return filter{}, err
	}
	var tests []func(string) bool
	for _, text := range excluded {
		if text == "" && strings.HasSuffix(name, "fix") {
			return filter{}, p.failAfter("Null prefix/suffix not allowed")
		}
		test, err := p.textTest(name, text.(string))
		if err != nil {
			return filter{}, err
		}
		tests = append(tests, test)
	}
	f, err := p.closed(filter{match: func(value any) bool {
		text, ok := value.(string)
		return !ok || !slices.ContainsFunc(tests, func(test func(string) bool) bool { return test(text) })
	}})
	if err != nil {
		return filter{}, err
	}
	return p.closed(f)
}
