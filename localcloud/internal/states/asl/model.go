package asl

// State types.
const (
	Pass     = "Pass"
	Task     = "Task"
	Choice   = "Choice"
	Wait     = "Wait"
	Succeed  = "Succeed"
	Fail     = "Fail"
	Parallel = "Parallel"
	Map      = "Map"
)

// Definition is a whole state machine.
type Definition struct {
	Container
	Comment string
	// TimeoutSeconds bounds an execution; 0 is no bound.
	TimeoutSeconds int64
	// JSONata is the default query language of the states.
	JSONata bool
}

// Container holds states: the machine itself, a branch of a Parallel state or
// the processor of a Map state.
type Container struct {
	StartAt string
	States  map[string]*State
	// Names of the states in the order of the document.
	Names []string
	path  string
}

// State is one state of any type. Fields that are templates, paths or numbers
// that an expression may stand for are in Fields, by their name in the language,
// present only if the definition has them.
type State struct {
	Name string
	Type string
	// JSONata is the state's query language: JSONata, or JSONPath.
	JSONata bool
	Next    string
	End     bool
	Fields  map[string]any

	Retry []Retrier
	Catch []Catcher

	// Choices and Default belong to Choice.
	Choices []ChoiceRule
	Default string
	// Branches belong to Parallel, Processor to Map.
	Branches  []*Container
	Processor *Container

	path string
}

// Has tells whether the definition has a field.
func (s *State) Has(field string) bool {
	_, ok := s.Fields[field]
	return ok
}

// Text is a field that is a string, empty where it is absent.
func (s *State) Text(field string) string {
	text, _ := s.Fields[field].(string)
	return text
}

// Retrier is one entry of Retry. Times are in seconds.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds float64
	MaxAttempts     int
	BackoffRate     float64
	MaxDelaySeconds float64 // 0 is no limit
	FullJitter      bool
}

// Catcher is one entry of Catch. Fields has ResultPath, Output and Assign where
// given.
type Catcher struct {
	ErrorEquals []string
	Next        string
	Fields      map[string]any
}

// ChoiceRule is one entry of Choices: a JSONata Condition or a JSONPath Rule.
// Fields has Output and Assign where given.
type ChoiceRule struct {
	Condition any
	Rule      *Rule
	Next      string
	Fields    map[string]any
}

// Rule is a JSONPath comparison or a combination of rules.
type Rule struct {
	And, Or  []*Rule
	Not      *Rule
	Variable string
	// Operator as the language has it, "NumericGreaterThanEqualsPath".
	Operator string
	Operand  any
}
