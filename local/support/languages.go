package support

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"

	"weir/local/cloudformation/resource"
)

// language is what the state machines and the templates understand.
type language struct {
	states       []stateType
	integrations []string
	sdkServices  []string
	objectTasks  []string // actions of aws-sdk:s3
	intrinsics   []string
	resources    []resourceType
	functions    []string // of templates
	pseudo       []string // parameters of templates
	limits       []limit
	refusals     map[string][]string // what is refused by name, by package
}

type stateType struct {
	name                    string
	both, jsonPath, jsonata []string
}

type resourceType struct {
	name                            string
	properties, required, immutable []string
	any                             bool // any property is taken
}

type limit struct{ what, value string }

// Packages of the two languages.
const (
	statesPath    = "weir/local/states"
	templatesPath = "weir/local/cloudformation"
)

// limits are constants of the code, with what they bound.
var limits = []struct{ path, name, what string }{
	{statesPath, "maxEvents", "events in an execution's history"},
	{statesPath, "maxPayload", "bytes of a state's input or output"},
	{statesPath, "maxDefinition", "characters of a definition"},
	{statesPath, "maxName", "characters of a state machine's or an execution's name"},
	{statesPath + "/intrinsic", "maxArray", "elements that States.ArrayRange makes"},
	{statesPath + "/intrinsic", "maxText", "characters that States.Hash and the Base64 functions take"},
	{templatesPath, "maxBody", "bytes of a TemplateBody"},
	{templatesPath, "maxURLBody", "bytes of a template in S3"},
	{templatesPath + "/resource", "maxResponse", "bytes of a custom resource's answer"},
	{"weir/local/lambda", "maxPayload", "bytes of a synchronous invocation's payload"},
	{"weir/local/lambda", "maxAsyncPayload", "bytes of an event invocation's payload"},
	{"weir/local/lambda", "maxZipped", "bytes of a function's code, zipped and uploaded directly"},
	{"weir/local/lambda", "maxUnzipped", "bytes of a function's code, unzipped"},
	{"weir/local/cloudwatch", "maxQueries", "queries in one GetMetricData"},
}

func describeLanguage(sources []source) (language, error) {
	var l language
	for _, step := range []func([]source) error{l.readStates, l.readTemplates, l.readLimits} {
		if err := step(sources); err != nil {
			return l, err
		}
	}
	l.refusals = map[string][]string{}
	refusal := regexp.MustCompile(`(?i)\bthe local cloud('s)? .*\b(not|no|only|keeps|knows|runs|supports|delivers)\b`)
	// What the bus says, and forms whose words are elsewhere, say nothing of a service.
	general := regexp.MustCompile(`(?i)^(%s: )?the local cloud('s %s)? (has no (service|operation) %q|does not (support|emulate) %s( of %s)?\.?)$`)
	for _, h := range homes {
		list := slices.DeleteFunc(texts(below(sources, h.path), refusal), general.MatchString)
		for _, what := range arguments(below(sources, h.path), "unsupported") {
			list = append(list, "The local cloud does not support "+what+".")
		}
		slices.Sort(list)
		l.refusals[h.path] = list
	}
	return l, nil
}

func (l *language) readStates(sources []source) error {
	asl, err := find(sources, statesPath+"/asl")
	if err != nil {
		return err
	}
	fields, err := asl.table("fieldsOf")
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(fields) {
		call, ok := fields[name].(*ast.CallExpr)
		if !ok {
			return fmt.Errorf("the fields of %s are not joined from groups", name)
		}
		one := stateType{name: name}
		for _, group := range call.Args {
			if err := one.add(asl, group); err != nil {
				return err
			}
		}
		l.states = append(l.states, one.sorted())
	}
	machine, err := find(sources, statesPath)
	if err != nil {
		return err
	}
	if l.integrations, err = machine.keys("optimized"); err != nil {
		return err
	}
	if l.sdkServices, err = machine.keys("serviceOf"); err != nil {
		return err
	}
	if l.objectTasks, err = machine.keys("objectTasks"); err != nil {
		return err
	}
	functions, err := find(sources, statesPath+"/intrinsic")
	if err != nil {
		return err
	}
	l.intrinsics, err = functions.keys("functions")
	return err
}

// add adds a group of fields: a literal, or a variable that is one.
func (t *stateType) add(asl source, group ast.Expr) error {
	var fields map[string]ast.Expr
	var err error
	switch group := group.(type) {
	case *ast.Ident:
		fields, err = asl.table(group.Name)
	case *ast.CompositeLit:
		fields, err = asl.pairs(group)
	default:
		err = fmt.Errorf("a group of fields of %s has an unknown form", t.name)
	}
	for name, where := range fields {
		switch identifier, _ := where.(*ast.Ident); {
		case identifier != nil && identifier.Name == "pathOnly":
			t.jsonPath = append(t.jsonPath, name)
		case identifier != nil && identifier.Name == "jsonataOnly":
			t.jsonata = append(t.jsonata, name)
		default:
			t.both = append(t.both, name)
		}
	}
	return err
}

func (t stateType) sorted() stateType {
	for _, list := range [][]string{t.both, t.jsonPath, t.jsonata} {
		slices.Sort(list)
	}
	return t
}

func (l *language) readTemplates(sources []source) error {
	for _, name := range resource.Types() {
		kind, ok := resource.Find(name)
		if !ok {
			return fmt.Errorf("resource type %s is listed and not found", name)
		}
		one := resourceType{name: name, properties: slices.Clone(kind.Properties), required: slices.Clone(kind.Required), immutable: slices.Clone(kind.Immutable), any: kind.Properties == nil}
		if kind.Update == nil && !one.any {
			one.immutable = slices.Clone(kind.Properties)
		}
		for _, list := range [][]string{one.properties, one.required, one.immutable} {
			slices.Sort(list)
		}
		l.resources = append(l.resources, one)
	}
	templates := below(sources, templatesPath)
	l.functions = append([]string{"Ref", "Condition"}, texts(templates, regexp.MustCompile(`^Fn::[A-Z]\w+$`))...)
	l.pseudo = texts(templates, regexp.MustCompile(`^AWS::[A-Z]\w+$`))
	return nil
}

func (l *language) readLimits(sources []source) error {
	for _, one := range limits {
		s, err := find(sources, one.path)
		if err != nil {
			return err
		}
		value, err := s.number(one.name)
		if err != nil {
			return err
		}
		l.limits = append(l.limits, limit{what: one.what, value: value})
	}
	return nil
}
