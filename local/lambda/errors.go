package lambda

import (
	"fmt"

	"weir/local/api"
)

// statuses of Lambda's errors; 400 for the rest.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
var statuses = map[string]int{
	"ResourceNotFoundException":                     404,
	"ResourceConflictException":                     409,
	"PreconditionFailedException":                   412,
	"RequestTooLargeException":                      413,
	"TooManyRequestsException":                      429,
	"AccessDeniedException":                         403,
	"ProvisionedConcurrencyConfigNotFoundException": 404,
}

// failed is an error of the caller's, in Lambda's form.
func failed(code, format string, args ...any) *api.Error {
	return &api.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: statuses[code], Fields: map[string]string{"Type": "User"}}
}

func invalid(format string, args ...any) *api.Error {
	return failed("InvalidParameterValueException", format, args...)
}

// violates is the error for a member out of its constraints, which has no Type.
func violates(value, member, constraint string) *api.Error {
	return api.Errorf("ValidationException", "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, constraint)
}

// unsupported refuses by name what the local cloud does not have.
func unsupported(what string) *api.Error {
	return invalid("The local cloud does not support %s.", what)
}

func (s *Service) notFound(function, qualifier string) *api.Error {
	return failed("ResourceNotFoundException", "Function not found: %s", s.arn(function, qualifier))
}

// precondition is the compare of a compare-and-swap.
func precondition(expected, actual *string) error {
	if expected == nil || *expected == "" || *expected == deref(actual) {
		return nil
	}
	return failed("PreconditionFailedException",
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
}
