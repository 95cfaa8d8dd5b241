package states

import (
	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// contextFields are the members that a given context object may have, with the
// types of those whose type matters.
var contextFields = map[string]map[string]string{
	"Execution":    {"Id": "string", "Input": "", "Name": "string", "RoleArn": "string", "StartTime": "string", "RedriveCount": "number", "RedriveTime": "string"},
	"State":        {"EnteredTime": "string", "Name": "string", "RetryCount": "number"},
	"StateMachine": {"Id": "string", "Name": "string"},
	"Task":         {"Token": "string"},
}

// givenContext reads the context object that TestState was given.
func givenContext(text string, state *asl.State, mocked bool) (*ordered.Object, error) {
	if !mocked {
		return nil, api.Errorf("ValidationException", "A Context object is only supported when a mock is specified")
	}
	value, _ := ordered.Decode(text)
	given, ok := value.(*ordered.Object)
	if !ok {
		return nil, badContext("It must be a JSON object")
	}
	for name, value := range given.All() {
		if err := checkContext(name, value, state); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func checkContext(name string, value any, state *asl.State) error {
	if name == "Map" {
		return badContext("'Map' field is not supported when mocking a Context object")
	}
	fields, ok := contextFields[name]
	if !ok {
		return badContext("Field '%s' is not allowed", name)
	}
	if name == "Task" && !waits(state) {
		return badContext("Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern")
	}
	members, ok := value.(*ordered.Object)
	if !ok {
		return badContext("%s must be an object", name)
	}
	for member, value := range members.All() {
		want, ok := fields[member]
		if !ok {
			return badContext("Field '%s' is not allowed", member)
		}
		if want != "" && kind(value) != want {
			return badContext("%s.%s must be a %s", name, member, want)
		}
	}
	return nil
}

func badContext(format string, args ...any) error {
	return api.Errorf("ValidationException", "Invalid Context object provided: "+format, args...)
}
