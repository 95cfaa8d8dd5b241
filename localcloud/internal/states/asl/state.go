package asl

import (
	"fmt"
	"regexp"
	"strings"

	"weir/localcloud/internal/ordered"
)

func (p *parser) state(name string, o *ordered.Object, path string) *State {
	s := &State{Name: name, path: path, Fields: map[string]any{}}
	if !p.require(o, path, "Type") {
		return s
	}
	s.Type = p.text(o, "Type", path)
	allowed, ok := fieldsOf[s.Type]
	if !ok {
		p.oneOf(path, "Type", "Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map")
		s.Next, _ = o.Get("Next").(string)
		s.End = s.Next == "" // it may be the end of the machine
		return s
	}
	speaks := p.queryLanguage(o, path, p.machine)
	if speaks == pathOnly && p.machine == jsonataOnly {
		p.schema(path, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
	}
	s.JSONata = speaks == jsonataOnly
	for key, value := range o.All() {
		where, ok := allowed[key]
		switch {
		case !ok:
			p.schema(path, "Field '%s' is not supported", key)
		case where == pathOnly && s.JSONata:
			p.schema(path, "The QueryLanguage is set to 'JSONata', but field '%s' is only supported for the 'JSONPath' QueryLanguage", key)
		case where == jsonataOnly && !s.JSONata:
			p.schema(path, "The QueryLanguage is set to 'JSONPath', but field '%s' is only supported for the 'JSONata' QueryLanguage", key)
		}
		switch key {
		case "Type", "Comment", "QueryLanguage", "Next", "End", "Retry", "Catch", "Choices", "Default", "Branches", "ItemProcessor", "Iterator":
		default:
			s.Fields[key] = value
		}
	}
	p.flow(s, o)
	p.errorHandling(s, o)
	p.byType(s, o)
	p.expressions(s)
	return s
}

// flow reads Next and End.
func (p *parser) flow(s *State, o *ordered.Object) {
	s.Next = p.text(o, "Next", s.path)
	if end, ok := o.Lookup("End"); ok {
		if s.End, ok = end.(bool); !ok {
			p.schema(s.path+"/End", "Expected value of type Boolean")
		}
	}
	switch s.Type {
	case Choice, Succeed, Fail:
		return
	}
	switch {
	case o.Has("Next") && s.End:
		p.schema(s.path, "You must specify only one of the fields: [Next, End]")
	case !o.Has("Next") && !s.End:
		p.schema(s.path, "These fields are required: [Next, End]: at least one of them")
	}
}

func (p *parser) byType(s *State, o *ordered.Object) {
	switch s.Type {
	case Task:
		p.require(o, s.path, "Resource")
		p.resource(s, o)
	case Choice:
		p.choices(s, o)
	case Wait:
		p.exactlyOne(s, "Seconds", "SecondsPath", "Timestamp", "TimestampPath")
	case Parallel:
		p.branches(s, o)
	case Map:
		p.mapState(s, o)
	}
	for _, pair := range [][2]string{
		{"TimeoutSeconds", "TimeoutSecondsPath"}, {"HeartbeatSeconds", "HeartbeatSecondsPath"},
		{"MaxConcurrency", "MaxConcurrencyPath"}, {"Error", "ErrorPath"}, {"Cause", "CausePath"},
		{"ToleratedFailureCount", "ToleratedFailureCountPath"},
		{"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"},
	} {
		if s.Has(pair[0]) && s.Has(pair[1]) {
			p.schema(s.path, "You cannot specify both of the fields: [%s, %s]", pair[0], pair[1])
		}
	}
	p.numbers(s)
	if s.Has("Credentials") {
		p.credentials(s)
		p.gap(s.path, "the local cloud does not run tasks with 'Credentials' of another role")
	}
	p.variables(s)
}

// credentials asks for the role that they are to name.
func (p *parser) credentials(s *State) {
	given, isObject := s.Fields["Credentials"].(*ordered.Object)
	if isObject && !given.Has("RoleArn") && !given.Has("RoleArn.$") {
		p.schema(s.path+"/Credentials", "The field 'RoleArn' is required but was missing")
	}
}

// variables checks the names that Assign gives, in the state and in its rules
// and catchers.
func (p *parser) variables(s *State) {
	check := func(template any, at string) {
		object, _ := template.(*ordered.Object)
		for _, name := range object.Names() {
			plain := name
			if !s.JSONata {
				plain = strings.TrimSuffix(name, ".$")
			}
			if plain == "states" || !validName.MatchString(plain) {
				p.schema(at, "'%s' is not a valid name of a variable", plain)
			}
		}
	}
	check(s.Fields["Assign"], s.path+"/Assign")
	for i, rule := range s.Choices {
		check(rule.Fields["Assign"], s.path+index("/Choices", i)+"/Assign")
	}
	for i, catcher := range s.Catch {
		check(catcher.Fields["Assign"], s.path+index("/Catch", i)+"/Assign")
	}
}

// validName is a Unicode identifier of at most 80 characters.
var validName = regexp.MustCompile(`^[\pL_][\pL\pN_]{0,79}$`)

func (p *parser) exactlyOne(s *State, fields ...string) {
	count := 0
	for _, field := range fields {
		if s.Has(field) {
			count++
		}
	}
	if count != 1 {
		p.schema(s.path, "You must specify exactly one of the fields: [%s]", strings.Join(fields, ", "))
	}
}

// numbers checks the fields that are numbers unless an expression stands for
// them.
func (p *parser) numbers(s *State) {
	for _, limit := range []struct {
		field    string
		min, max float64
	}{
		{"Seconds", 0, 99999999}, {"TimeoutSeconds", 1, 99999999}, {"HeartbeatSeconds", 1, 99999999},
		{"MaxConcurrency", 0, 1e9}, {"ToleratedFailureCount", 0, 1e9}, {"ToleratedFailurePercentage", 0, 100},
	} {
		value, ok := s.Fields[limit.field]
		if text, isText := value.(string); !ok || isText && s.JSONata && isExpression(text) {
			continue
		}
		number, ok := ordered.Number(value)
		if !ok || number < limit.min || number > limit.max {
			p.schema(s.path+"/"+limit.field, "Expected a number between %v and %v", int64(limit.min), int64(limit.max))
		}
	}
	timeout, hasTimeout := ordered.Number(s.Fields["TimeoutSeconds"])
	heartbeat, hasHeartbeat := ordered.Number(s.Fields["HeartbeatSeconds"])
	if hasTimeout && hasHeartbeat && heartbeat >= timeout {
		p.schema(s.path, "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

// resource checks a Task's resource: an ARN of the form that Step Functions
// knows.
func (p *parser) resource(s *State, o *ordered.Object) {
	resource := p.text(o, "Resource", s.path)
	if resource == "" {
		return
	}
	parts := strings.SplitN(resource, ":", 7)
	if len(parts) < 6 || parts[0] != "arn" {
		p.schema(s.path+"/Resource", "Value is not a valid resource ARN")
		return
	}
	if pattern := integrationPattern(resource); p.workflow == Express && pattern != "" {
		p.schema(s.path+"/Resource", "Express state machine does not support '%s' service integration ", pattern)
	}
	switch service, rest := parts[2], strings.Join(parts[5:], ":"); {
	case service == "lambda", service == "states" && strings.HasPrefix(rest, "activity:"):
	case service == "states" && parts[3] == "" && parts[4] == "" && strings.Contains(rest, ":"):
	default:
		p.schema(s.path+"/Resource", "The resource provided %s is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.", resource)
	}
}

// integrationPattern is how a task waits for more than the answer to its call.
func integrationPattern(resource string) string {
	for _, pattern := range []string{".waitForTaskToken", ".sync", ".sync:2"} {
		if strings.HasSuffix(resource, pattern) {
			return pattern
		}
	}
	return ""
}

func (p *parser) branches(s *State, o *ordered.Object) {
	if !p.require(o, s.path, "Branches") {
		return
	}
	list, ok := o.Get("Branches").([]any)
	if !ok || len(list) == 0 {
		p.schema(s.path+"/Branches", "Expected value of type Array with at least one branch")
		return
	}
	for i, member := range list {
		path := fmt.Sprintf("%s/Branches[%d]", s.path, i)
		branch, ok := member.(*ordered.Object)
		if !ok {
			p.schema(path, "Expected value of type Object")
			continue
		}
		p.known(branch, path, "Comment", "StartAt", "States")
		s.Branches = append(s.Branches, p.container(branch, path))
	}
}

func (p *parser) mapState(s *State, o *ordered.Object) {
	field := "ItemProcessor"
	if !o.Has(field) && o.Has("Iterator") {
		field = "Iterator"
	}
	if !p.require(o, s.path, field) {
		return
	}
	processor, ok := o.Get(field).(*ordered.Object)
	path := s.path + "/" + field
	if !ok {
		p.schema(path, "Expected value of type Object")
		return
	}
	p.known(processor, path, "Comment", "StartAt", "States", "ProcessorConfig")
	p.inline(s, processor, path)
	if s.Has("ItemSelector") && s.Has("Parameters") {
		p.schema(s.path, "You cannot specify both of the fields: [ItemSelector, Parameters]")
	}
	s.Processor = p.container(processor, path)
}

// inline refuses what only a distributed Map state has, and names the distributed
// one as what the local cloud does not run.
func (p *parser) inline(s *State, processor *ordered.Object, path string) {
	config, _ := processor.Get("ProcessorConfig").(*ordered.Object)
	if config.Get("Mode") == "DISTRIBUTED" {
		p.gap(path+"/ProcessorConfig/Mode", "the local cloud does not run Map states in DISTRIBUTED mode")
		return
	}
	for _, distributed := range []string{"ItemReader", "ItemBatcher", "ResultWriter", "Label"} {
		if s.Has(distributed) {
			p.schema(s.path, "Field '%s' is only supported for Map states in DISTRIBUTED mode", distributed)
		}
	}
}
