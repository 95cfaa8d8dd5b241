package states

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"weir/localcloud/internal/jsonata"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// jsonataEvaluator evaluates {% %} expressions. $states has input and context
// always, result and errorOutput where AWS has them.
type jsonataEvaluator struct {
	*visit
	result      *any
	errorOutput any
	item        *mapItem
	session     *jsonata.Session
}

func (e *jsonataEvaluator) close() { e.rest() }

func (e *jsonataEvaluator) rest() {
	if e.session != nil {
		e.session.Close()
		e.session = nil
	}
}

// open makes a session with the values of the moment.
func (e *jsonataEvaluator) open() {
	if e.session != nil {
		return
	}
	states := jsonata.Values{"input": e.raw, "context": e.jsonataContext()}
	if e.result != nil {
		states["result"] = *e.result
	}
	if e.errorOutput != nil {
		states["errorOutput"] = e.errorOutput
	}
	values := jsonata.Values{"states": states}
	for name, value := range e.vars.All() {
		values[name] = value
	}
	e.session = e.exec.service.jsonata.Session(values)
}

func (e *jsonataEvaluator) jsonataContext() any {
	context := e.contextObject()
	if e.item != nil {
		context.Set("Map", e.item.context())
	}
	return context
}

// with sets the values that later expressions see.
func (e *jsonataEvaluator) with(result *any, errorOutput any, item *mapItem) {
	e.rest()
	e.result, e.errorOutput, e.item = result, errorOutput, item
}

// template evaluates every expression in a template.
func (e *jsonataEvaluator) template(value any, location string) (any, error) {
	switch value := value.(type) {
	case string:
		if asl.IsExpression(value) {
			return e.expression(value, location)
		}
	case *ordered.Object:
		object := ordered.New()
		for name, member := range value.All() {
			evaluated, err := e.template(member, location+"/"+name)
			if err != nil {
				return nil, err
			}
			object.Set(name, evaluated)
		}
		return object, nil
	case []any:
		list := make([]any, len(value))
		for i, member := range value {
			evaluated, err := e.template(member, location+"["+strconv.Itoa(i)+"]")
			if err != nil {
				return nil, err
			}
			list[i] = evaluated
		}
		return list, nil
	}
	return value, nil
}

func (e *jsonataEvaluator) expression(text, location string) (any, error) {
	source := asl.Expression(text)
	e.open()
	value, defined, err := e.session.Eval(source)
	var why *jsonata.Error
	intro := fmt.Sprintf("The JSONata expression '%s' specified for the field '%s'", source, location)
	switch {
	case errors.As(err, &why) && why.Code != "":
		return nil, &failure{name: errQuery, location: location, cause: intro + " threw an error during evaluation. " + why.Error()}
	case errors.As(err, &why):
		return nil, &failure{name: errQuery, location: location, cause: intro + " threw an error during evaluation: " + why.Message}
	case errors.Is(err, jsonata.ErrUnsupportedResult):
		return nil, &failure{name: errQuery, location: location, cause: intro + " returned an unsupported result type."}
	case err != nil:
		return nil, err
	case !defined:
		return nil, &failure{name: errQuery, location: location, cause: intro + " returned nothing (undefined)."}
	}
	return value, nil
}

func (e *jsonataEvaluator) arguments() (any, error) {
	template, ok := e.state.Fields["Arguments"]
	if !ok {
		return e.raw, nil
	}
	arguments, err := e.template(template, "Arguments")
	return arguments, err
}

func (e *jsonataEvaluator) field(name string) (any, bool, error) {
	value, ok := e.state.Fields[name]
	if !ok {
		return nil, false, nil
	}
	value, err := e.template(value, name)
	return value, true, err
}

// kind names the JSON type of a value as AWS does.
func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64, json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func (e *jsonataEvaluator) mistyped(field string, value any, want string) *failure {
	return e.wrongType(field, e.state.Fields[field], value, want)
}

func (e *jsonataEvaluator) wrongType(location string, written, value any, want string) *failure {
	text, _ := written.(string)
	f := &failure{name: errQuery, location: location}
	if asl.IsExpression(text) {
		f.cause = fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' returned an unexpected result type. Expected '%s', but was '%s' for value: %s",
			asl.Expression(text), location, want, kind(value), ordered.Encode(value))
	} else {
		f.cause = fmt.Sprintf("The field '%s' must be of type '%s'", location, want)
	}
	return f
}

func (e *jsonataEvaluator) unparsed(field string, value any) *failure {
	text, ok := value.(string)
	if !ok {
		return e.mistyped(field, value, "string")
	}
	return &failure{name: errQuery, location: field, cause: fmt.Sprintf("The %s field cannot be parsed as an ISO-8601 extended offset date-time format string: %s", field, text)}
}

func (e *jsonataEvaluator) negative(field string, n int64) *failure {
	return &failure{name: errQuery, location: field, cause: fmt.Sprintf("The '%s' field value must not be negative: %d", field, n)}
}

func (e *jsonataEvaluator) choose() (int, error) {
	for i, rule := range e.state.Choices {
		location := fmt.Sprintf("Choices[%d]/Condition", i)
		value, err := e.template(rule.Condition, location)
		if err != nil {
			return 0, err
		}
		holds, ok := value.(bool)
		if !ok {
			return 0, e.wrongType(location, rule.Condition, value, "boolean")
		}
		if holds {
			return i, nil
		}
	}
	return -1, nil
}

func (e *jsonataEvaluator) items() ([]any, error) {
	value, ok, err := e.field("Items")
	if err != nil {
		return nil, err
	}
	if !ok {
		value = e.raw
	}
	list, ok := value.([]any)
	if !ok {
		return nil, e.mistyped("Items", value, "array")
	}
	return list, nil
}

func (e *jsonataEvaluator) itemInput(_ any, item *mapItem) (any, error) {
	template, ok := e.state.Fields["ItemSelector"]
	if !ok {
		return item.value, nil
	}
	e.with(nil, nil, item)
	return e.template(template, "ItemSelector")
}

func (e *jsonataEvaluator) finish(result any, fromTask bool) (any, *ordered.Object, error) {
	if fromTask {
		e.with(&result, nil, nil)
	}
	return e.leave(result, e.state.Fields, "")
}

// leave evaluates Output and Assign, both against the values of before.
func (e *jsonataEvaluator) leave(otherwise any, fields map[string]any, prefix string) (any, *ordered.Object, error) {
	output := otherwise
	if template, ok := fields["Output"]; ok {
		var err error
		if output, err = e.template(template, prefix+"Output"); err != nil {
			return nil, nil, err
		}
	}
	template, ok := fields["Assign"]
	if !ok {
		return output, nil, nil
	}
	assigned, err := e.template(template, prefix+"Assign")
	if err != nil {
		return nil, nil, err
	}
	variables, _ := assigned.(*ordered.Object)
	return output, variables, nil
}

func (e *jsonataEvaluator) chosen(input any, rule int) (any, *ordered.Object, error) {
	if rule < 0 {
		return e.leave(input, e.state.Fields, "")
	}
	fields := map[string]any{}
	prefix := fmt.Sprintf("Choices[%d]/", rule)
	for _, name := range []string{"Output", "Assign"} {
		if template, ok := e.state.Choices[rule].Fields[name]; ok {
			fields[name] = template
		}
	}
	output, assigned, err := e.leave(input, fields, prefix)
	if _, ok := fields["Output"]; ok || err != nil {
		return output, assigned, err
	}
	// The state's own Output serves a rule that has none.
	general := map[string]any{}
	if template, ok := e.state.Fields["Output"]; ok {
		general["Output"] = template
	}
	output, _, err = e.leave(input, general, "")
	return output, assigned, err
}

func (e *jsonataEvaluator) caught(f *failure, c asl.Catcher, i int) (any, *ordered.Object, error) {
	e.with(nil, f.output(), nil)
	return e.leave(f.output(), c.Fields, fmt.Sprintf("Catch[%d]/", i))
}
