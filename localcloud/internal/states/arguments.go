package states

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// checkArguments refuses what the task's operation could not be called with,
// before the task is scheduled. As on AWS this ends the execution: no Catch
// takes it.
func (v *visit) checkArguments(where resource, arguments any) error {
	in := v.inputOf(where)
	if in == nil {
		return nil // there is no such operation; the call says so
	}
	given, ok := v.textual(where, arguments).(*ordered.Object)
	if !ok {
		return v.unusable(arguments, "they must be an object")
	}
	if err := fill(in, given); err != nil {
		return v.unusable(arguments, err.Error())
	}
	if where.kind == "lambda" && !given.Has("FunctionName") {
		return v.unusable(arguments, "The required field 'FunctionName' is missing")
	}
	return nil
}

func (v *visit) unusable(arguments any, why string) error {
	field := "Parameters"
	if v.state.JSONata {
		field = "Arguments"
	}
	return v.during(failf(errRuntime, "The %s '%s' could not be used to start the Task: [%s]", field, ordered.Encode(arguments), why))
}

// inputOf is a fresh input of the operation that a resource calls, nil where
// there is none.
func (v *visit) inputOf(where resource) any {
	switch {
	case where.kind == "lambda" && where.verb == "invoke":
		return &lambda.InvokeInput{}
	case where.kind == "states" && where.verb == "startExecution":
		return &sfn.StartExecutionInput{}
	case where.kind == "aws-sdk:s3":
		return &objectInput{}
	}
	op, ok := v.operationOf(where)
	if !ok || op.New == nil {
		return nil
	}
	return op.New()
}

// operationOf is the operation that a resource calls; false where there is none.
func (v *visit) operationOf(where resource) (api.Operation, bool) {
	service := ""
	switch {
	case where.kind == "lambda", where.kind == "states":
		service = where.kind
	case strings.HasPrefix(where.kind, "aws-sdk:"):
		service = serviceOf[strings.TrimPrefix(where.kind, "aws-sdk:")][0]
	default:
		service = optimized[where.kind+":"+where.verb].service
	}
	found, ok := v.exec.service.Bus.Service(service)
	if !ok {
		return api.Operation{}, false
	}
	op, ok := found.Operations[pascal(where.verb)]
	return op, ok
}

// unfit says that a value has the wrong type for a member, in AWS's words.
func unfit(path, want string) error {
	return fmt.Errorf("The value for the field '%s' must be %s", path[strings.LastIndex(path, "/")+1:], want)
}
