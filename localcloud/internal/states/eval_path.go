package states

import (
	"strconv"
	"strings"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
	"weir/localcloud/internal/states/intrinsic"
	"weir/localcloud/internal/states/jsonpath"
)

// pathEvaluator reads fields in JSONPath. The input is what InputPath selected;
// arguments has what Parameters made of it.
type pathEvaluator struct {
	*visit
	input    any
	selected bool // InputPath has been applied
	item     *mapItem
}

func (e *pathEvaluator) close() {}
func (e *pathEvaluator) rest()  {}

// context is the context object, with the item of the iteration being prepared.
func (e *pathEvaluator) context() *ordered.Object {
	object := e.contextObject()
	if e.item != nil {
		object.Set("Map", e.item.context())
	}
	return object
}

// lookup evaluates a path on a value, the context or a variable.
func (e *pathEvaluator) lookup(path *jsonpath.Path, on any) (any, bool) {
	switch path.Root {
	case jsonpath.Context:
		return path.Eval(e.context())
	case jsonpath.Variable:
		value, ok := e.vars.Lookup(path.Name)
		if !ok {
			return nil, false
		}
		return path.Eval(value)
	}
	return path.Eval(on)
}

// read evaluates a path or an intrinsic function for a field.
func (e *pathEvaluator) read(text, field string, on any) (any, error) {
	if intrinsic.Is(text) {
		return e.function(text, field, on)
	}
	path, err := jsonpath.Parse(text)
	if err != nil {
		return nil, failf(errRuntime, "%v", err)
	}
	value, ok := e.lookup(path, on)
	if !ok {
		return nil, e.notFound(path, field, on)
	}
	return value, nil
}

// notFound shows what the path starts from.
func (e *pathEvaluator) notFound(path *jsonpath.Path, field string, on any) *failure {
	if path.Root == jsonpath.Context {
		on = e.context()
	}
	return failf(errRuntime, "The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", path, field, ordered.Encode(on))
}

func (e *pathEvaluator) function(text, field string, on any) (any, error) {
	call, err := intrinsic.Parse(text)
	if err != nil {
		return nil, failf(errRuntime, "%v", err)
	}
	value, err := call.Eval(func(path *jsonpath.Path) (any, error) {
		value, ok := e.lookup(path, on)
		if !ok {
			return nil, e.notFound(path, field, on)
		}
		return value, nil
	})
	if f, ok := err.(*failure); ok {
		return nil, f
	}
	if err != nil {
		return nil, failf(errIntrinsic, "The function '%s' had the following error: %v", text, err)
	}
	return value, nil
}

// narrow applies InputPath or OutputPath; null selects an empty object.
func (e *pathEvaluator) narrow(field string, on any) (any, error) {
	value, ok := e.state.Fields[field]
	if !ok {
		return on, nil
	}
	if value == nil {
		return ordered.New(), nil
	}
	text, _ := value.(string)
	return e.follow(text, on)
}

func (e *pathEvaluator) effective() (any, error) {
	if !e.selected {
		input, err := e.narrow("InputPath", e.raw)
		if err != nil {
			return nil, err
		}
		e.input, e.selected = input, true
	}
	return e.input, nil
}

func (e *pathEvaluator) arguments() (any, error) {
	input, err := e.effective()
	if err != nil {
		return nil, err
	}
	if e.state.Type != asl.Pass && e.state.Type != asl.Task && e.state.Type != asl.Parallel {
		return input, nil
	}
	arguments := input
	if template, ok := e.state.Fields["Parameters"]; ok {
		if arguments, err = e.template(template, input); err != nil {
			return nil, err
		}
	}
	return arguments, nil
}

func (e *pathEvaluator) field(name string) (any, bool, error) {
	if value, ok := e.state.Fields[name]; ok {
		return value, true, nil
	}
	text, ok := e.state.Fields[name+"Path"].(string)
	if !ok {
		return nil, false, nil
	}
	input, err := e.effective()
	if err != nil {
		return nil, false, err
	}
	if e.state.Type == asl.Task {
		value, err := e.follow(text, input)
		return value, true, err
	}
	value, err := e.read(text, name+"Path", input)
	if e.state.Type == asl.Map {
		value = numeral(value)
	}
	return value, true, err
}

// numeral is a number for a text that is one: the paths of a Map state may lead
// to either.
func numeral(value any) any {
	text, _ := value.(string)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return n
	}
	return value
}

func (e *pathEvaluator) mistyped(field string, value any, want string) *failure {
	path := e.state.Text(field + "Path")
	shown := ordered.Encode(value)
	if text, ok := value.(string); ok {
		shown = text
	}
	if e.state.Type == asl.Map && want == "number" {
		return failf(errRuntime, "The %sPath field refers to value \"%s\" which is not a valid integer: %s", field, shown, path)
	}
	what := map[string]string{
		"number":    "an integer value",
		"timestamp": "a valid ISO-8601 extended offset date-time format string",
		"array":     "an array",
		"string":    "a string value",
	}[want]
	return failf(errRuntime, "The %sPath parameter does not reference %s: %s == %s", field, what, path, shown)
}

func (e *pathEvaluator) unparsed(field string, value any) *failure {
	return e.mistyped(field, value, "timestamp")
}

func (e *pathEvaluator) negative(field string, n int64) *failure {
	return failf(errRuntime, "The %sPath parameter references a negative value: %s == %d", field, e.state.Text(field+"Path"), n)
}

func (e *pathEvaluator) items() ([]any, error) {
	input, err := e.effective()
	if err != nil {
		return nil, err
	}
	path := "$"
	if given := e.state.Text("ItemsPath"); given != "" {
		path = given
	}
	value, err := e.read(path, "ItemsPath", input)
	if err != nil {
		return nil, err
	}
	list, ok := value.([]any)
	if !ok {
		return nil, failf(errRuntime, "Reference path \"%s\" must point to array.", fromRoot(path))
	}
	return list, nil
}

// fromRoot writes a path as seen from the value that it starts at.
func fromRoot(text string) string {
	path, err := jsonpath.Parse(text)
	switch {
	case err != nil, path.Root == jsonpath.Input:
		return text
	case path.Root == jsonpath.Context:
		return text[1:]
	}
	return "$" + strings.TrimPrefix(text, "$"+path.Name)
}

func (e *pathEvaluator) itemInput(input any, item *mapItem) (any, error) {
	template, ok := e.state.Fields["ItemSelector"]
	if !ok {
		template, ok = e.state.Fields["Parameters"]
	}
	if !ok {
		return item.value, nil
	}
	e.item = item
	defer func() { e.item = nil }()
	return e.template(template, input)
}

func (e *pathEvaluator) finish(result any, fromTask bool) (any, *ordered.Object, error) {
	assigned, err := e.assign(e.state.Fields, result)
	if err != nil {
		return nil, nil, err
	}
	output := result
	if fromTask {
		if template, ok := e.state.Fields["ResultSelector"]; ok {
			if output, err = e.template(template, result); err != nil {
				return nil, nil, err
			}
		}
	}
	if fromTask || e.state.Type == asl.Pass {
		if output, err = e.place(e.state.Fields, output); err != nil {
			return nil, nil, err
		}
	}
	output, err = e.narrow("OutputPath", output)
	return output, assigned, err
}

// assign fills Assign; the paths in it start from the result.
func (e *pathEvaluator) assign(fields map[string]any, on any) (*ordered.Object, error) {
	template, ok := fields["Assign"]
	if !ok {
		return nil, nil
	}
	assigned, err := e.template(template, on)
	variables, _ := assigned.(*ordered.Object)
	return variables, err
}

// place puts a result into the state's input where ResultPath says.
func (e *pathEvaluator) place(fields map[string]any, result any) (any, error) {
	value, ok := fields["ResultPath"]
	if !ok {
		return result, nil
	}
	if value == nil {
		return e.raw, nil
	}
	text, _ := value.(string)
	path, err := jsonpath.Parse(text)
	if err != nil {
		return nil, failf(errRuntime, "%v", err)
	}
	names, ok := path.Names()
	if !ok {
		return nil, failf(errRuntime, "Value is not a Reference Path: %s", text)
	}
	return put(e.raw, names, result)
}

// put returns a copy of a value with a result in a place, making objects on the
// way.
func put(into any, names []any, result any) (any, error) {
	if len(names) == 0 {
		return result, nil
	}
	switch name := names[0].(type) {
	case string:
		object, ok := into.(*ordered.Object)
		if !ok && into != nil {
			return nil, failf(errResultPath, "Unable to apply step \"%s\" to input %s", name, ordered.Encode(into))
		}
		member, err := put(object.Get(name), names[1:], result)
		return object.Clone().Set(name, member), err
	case int:
		list, ok := into.([]any)
		if !ok || name >= len(list) {
			return nil, failf(errResultPath, "Unable to apply step \"%d\" to input %s", name, ordered.Encode(into))
		}
		copied := append([]any{}, list...)
		member, err := put(copied[name], names[1:], result)
		copied[name] = member
		return copied, err
	}
	return nil, failf(errResultPath, "Unable to apply step %v", names[0])
}

func (e *pathEvaluator) chosen(input any, rule int) (any, *ordered.Object, error) {
	fields := e.state.Fields
	if rule >= 0 {
		fields = e.state.Choices[rule].Fields
	}
	assigned, err := e.assign(fields, input)
	if err != nil {
		return nil, nil, err
	}
	output, err := e.narrow("OutputPath", input)
	return output, assigned, err
}

func (e *pathEvaluator) caught(f *failure, c asl.Catcher, _ int) (any, *ordered.Object, error) {
	assigned, err := e.assign(c.Fields, f.output())
	if err != nil {
		return nil, nil, err
	}
	output, err := e.place(c.Fields, f.output())
	return output, assigned, err
}
