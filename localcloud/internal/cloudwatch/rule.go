package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// rule is a composite alarm's rule: it holds or not, given the states of other
// alarms.
type rule func(state func(name string) types.StateValue) bool

// parseRule makes a rule of its text, and lists the alarms that it names. It
// reads ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE, FALSE,
// NOT, AND, OR and parentheses.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func parseRule(text string) (parsed rule, names []string, err error) {
	p := &ruleParser{rest: text}
	switch size := len([]rune(text)); {
	case size == 0:
		return nil, nil, tooShort("alarmRule")
	case size > maxRule:
		return nil, nil, tooLong("alarmRule", text, maxRule)
	}
	parsed, err = p.or()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = p.fail()
	}
	return parsed, p.names, err
}

// Limits of composite alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
const (
	maxRule     = 10_240
	maxChildren = 100
	maxParents  = 150
)

type ruleParser struct {
	rest  string
	names []string
	depth int
}

func (p *ruleParser) fail() error {
	return invalid("AlarmRule cannot be read at %q", p.rest)
}

func (p *ruleParser) take(word string) bool {
	p.rest = strings.TrimSpace(p.rest)
	rest, ok := strings.CutPrefix(p.rest, word)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *ruleParser) or() (rule, error) {
	left, err := p.and()
	for err == nil && p.take("OR") {
		first := left
		var right rule
		right, err = p.and()
		left = func(state func(string) types.StateValue) bool { return first(state) || right(state) }
	}
	return left, err
}

func (p *ruleParser) and() (rule, error) {
	left, err := p.not()
	for err == nil && p.take("AND") {
		first := left
		var right rule
		right, err = p.not()
		left = func(state func(string) types.StateValue) bool { return first(state) && right(state) }
	}
	return left, err
}

// maxDepth bounds nesting, so that no rule exhausts the stack.
const maxDepth = 100

func (p *ruleParser) not() (rule, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail()
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("NOT"):
		inner, err := p.not()
		return func(state func(string) types.StateValue) bool { return !inner(state) }, err
	case p.take("TRUE"):
		return func(func(string) types.StateValue) bool { return true }, nil
	case p.take("FALSE"):
		return func(func(string) types.StateValue) bool { return false }, nil
	case p.take("ALARM"):
		return p.is(types.StateValueAlarm)
	case p.take("OK"):
		return p.is(types.StateValueOk)
	case p.take("INSUFFICIENT_DATA"):
		return p.is(types.StateValueInsufficientData)
	case p.take("("):
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail()
		}
		return inner, err
	}
	return nil, p.fail()
}

// is reads (name), (arn) or ("name") after a state's word.
func (p *ruleParser) is(wanted types.StateValue) (rule, error) {
	if !p.take("(") {
		return nil, p.fail()
	}
	name, ok := p.name()
	if !ok || name == "" || !p.take(")") {
		return nil, p.fail()
	}
	if _, own, ok := strings.Cut(name, ":alarm:"); ok && strings.HasPrefix(name, "arn:") {
		name = own
	}
	if !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
	return func(state func(string) types.StateValue) bool { return state(name) == wanted }, nil
}

// name reads what is in quotes, or what there is up to the closing parenthesis.
func (p *ruleParser) name() (string, bool) {
	if p.take(`"`) {
		name, rest, ok := strings.Cut(p.rest, `"`)
		p.rest = rest
		return name, ok
	}
	size := strings.IndexByte(p.rest, ')')
	if size < 0 {
		return "", false
	}
	name := strings.TrimSpace(p.rest[:size])
	p.rest = p.rest[size:]
	return name, true
}
