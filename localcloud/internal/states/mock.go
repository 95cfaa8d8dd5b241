package states

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// checkMock refuses what no mock may be, whatever the state.
func checkMock(in *sfn.TestStateInput) error {
	mock := in.Mock
	switch {
	case mock == nil:
		return nil
	case (mock.Result == nil) == (mock.ErrorOutput == nil):
		return api.Errorf("ValidationException", "A test mock should have only one of the following fields: [result, errorOutput].")
	case in.RevealSecrets:
		return api.Errorf("ValidationException", "TestState does not support RevealSecrets when a mock is specified.")
	}
	return nil
}

// mockOf is a stand-in for the work of a state.
func (v *visit) mockOf(mock *types.MockInput) (func() (any, error), error) {
	if mock == nil {
		return nil, nil
	}
	if mock.ErrorOutput != nil {
		f := &failure{name: aws.ToString(mock.ErrorOutput.Error), cause: aws.ToString(mock.ErrorOutput.Cause)}
		return func() (any, error) { return nil, f }, nil
	}
	result, err := ordered.Decode(aws.ToString(mock.Result))
	if err != nil {
		return nil, api.Errorf("ValidationException", "Mocked result must be valid JSON")
	}
	if err := v.checkResult(result, mock.FieldValidationMode); err != nil {
		return nil, err
	}
	return func() (any, error) { return result, nil }, nil
}

// checkResult refuses a mocked result that the state's work could not have.
func (v *visit) checkResult(result any, mode types.MockResponseValidationMode) error {
	list, isList := result.([]any)
	_, isObject := result.(*ordered.Object)
	switch {
	case v.state.Has("ResultWriter"):
		if !isObject {
			return api.Errorf("ValidationException", "Mocked result must be a JSON object.")
		}
	case v.state.Type == asl.Map, v.state.Type == asl.Parallel:
		if !isList {
			return api.Errorf("ValidationException", "Mocked result must be an array.")
		}
		if v.state.Type == asl.Parallel && len(list) != len(v.state.Branches) {
			return api.Errorf("ValidationException", "Mocked result must contain the same number of items as number of Parallel branches.")
		}
	case v.state.Type == asl.Task && mode != types.MockResponseValidationModeNone:
		return v.checkAnswer(result, mode)
	}
	return nil
}

// requiredMembers are those that Step Functions' own answers always have.
// The types of answers do not tell.
var requiredMembers = map[reflect.Type][]string{
	reflect.TypeFor[sfn.StartExecutionOutput]():    {"ExecutionArn", "StartDate"},
	reflect.TypeFor[sfn.DescribeExecutionOutput](): {"ExecutionArn", "StartDate", "StateMachineArn", "Status"},
	reflect.TypeFor[sfn.StopExecutionOutput]():     {"StopDate"},
	reflect.TypeFor[sfn.ListExecutionsOutput]():    {"Executions"},
}

// checkAnswer compares a task's mocked result with what the operation that the
// task calls answers. What arrives by a callback may be anything.
func (v *visit) checkAnswer(result any, mode types.MockResponseValidationMode) error {
	answer := v.answerOf(v.state.Text("Resource"))
	if answer == nil {
		return nil
	}
	object, ok := result.(*ordered.Object)
	if !ok {
		return mismatched("Mocked result must be a JSON object.")
	}
	required := requiredMembers[answer]
	if mode == types.MockResponseValidationModePresent {
		required = nil
	}
	return checkMembers(answer, object, required)
}

// answerOf is the type of what a task's resource answers, nil for one that the
// local cloud does not know.
func (v *visit) answerOf(resource string) reflect.Type {
	where, err := parseResource(v.exec.service.Env.Partition, resource)
	if err != nil || where.mode == modeToken {
		return nil
	}
	if where.mode != modeRequest {
		where.verb = "describeExecution" // how the child ended
	}
	op, ok := v.operationOf(where)
	if !ok || op.Answer == nil || op.Answer.Kind() != reflect.Struct {
		return nil
	}
	return op.Answer
}

func mismatched(format string, args ...any) error {
	return api.Errorf("ValidationException", "Mock result schema validation error: "+format, args...)
}

func checkMembers(answer reflect.Type, object *ordered.Object, required []string) error {
	for i := range answer.NumField() {
		field := answer.Field(i)
		value, given := object.Lookup(field.Name)
		switch {
		case !field.IsExported() || field.Name == "ResultMetadata":
		case given && value != nil:
			if err := checkMember(field.Type, field.Name, value); err != nil {
				return err
			}
		case slices.Contains(required, field.Name):
			return mismatched("Required field '%s' is missing", field.Name)
		}
	}
	return nil
}

// checkMember compares a value with the Go type that the SDK has for it.
func checkMember(t reflect.Type, name string, value any) error {
	if t.Kind() == reflect.Pointer {
		return checkMember(t.Elem(), name, value)
	}
	want, is := "", kind(value)
	switch {
	case t == timeType, t.Kind() == reflect.String, t == reflect.TypeFor[[]byte]():
		want = "string"
	case t.Kind() == reflect.Bool:
		want = "boolean"
	case t.Kind() == reflect.Slice:
		want = "array"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		want = "object"
	case t.Kind() == reflect.Interface:
		return nil
	default:
		want = "number"
	}
	if is != want {
		article := "a"
		if want == "array" || want == "object" {
			article = "an"
		}
		return mismatched("Field '%s' must be %s %s", name, article, want)
	}
	return checkInside(t, name, value)
}

// checkInside looks at the choices of an enumeration and at what lists, maps and
// structures hold.
func checkInside(t reflect.Type, name string, value any) error {
	switch value := value.(type) {
	case string:
		if all := choices(t); all != nil && !slices.Contains(all, value) {
			return mismatched("Field '%s' is not an expected value", name)
		}
	case []any:
		for _, member := range value {
			if err := checkMember(t.Elem(), name, member); err != nil {
				return err
			}
		}
	case *ordered.Object:
		if t.Kind() == reflect.Struct {
			return checkMembers(t, value, nil)
		}
		for key, member := range value.All() {
			if err := checkMember(t.Elem(), key, member); err != nil {
				return err
			}
		}
	}
	return nil
}
