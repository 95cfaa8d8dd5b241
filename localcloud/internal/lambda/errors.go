package lambda

import (
	"fmt"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

// statuses of Lambda's errors; 400 for the rest.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
var statuses = map[string]int{
	"ResourceNotFoundException":                     404,
	"CodeArtifactUserPendingException":              409,
	"SnapStartNotReadyException":                    409,
	"ResourceConflictException":                     409,
	"PreconditionFailedException":                   412,
	"ResourceInUseException":                        400,
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

// violations are members out of their constraints, told in one error.
type violations []string

func (v *violations) add(value, member, constraint string) {
	*v = append(*v, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", value, member, constraint))
}

func (v *violations) tooLong(value, member string, most int) {
	if len(value) > most {
		v.add(value, member, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// among wants one of an enumeration's values, or nothing.
func among[E ~string](v *violations, value E, member string, values []E) {
	if value != "" && !slices.Contains(values, value) {
		v.add(string(value), member, "Member must satisfy enum value set: "+listed(values))
	}
}

// listed writes values as Lambda does: [a, b].
func listed[E any](values []E) string { return strings.ReplaceAll(fmt.Sprint(values), " ", ", ") }

// between wants a number from low to high, or none.
func (v *violations) between(value *int32, member string, low, high int32) {
	switch {
	case value == nil:
	case *value < low:
		v.add(fmt.Sprint(*value), member, fmt.Sprintf("Member must have value greater than or equal to %d", low))
	case *value > high:
		v.add(fmt.Sprint(*value), member, fmt.Sprintf("Member must have value less than or equal to %d", high))
	}
}

func (v *violations) err() error {
	switch n := len(*v); n {
	case 0:
		return nil
	case 1:
		return api.Errorf("ValidationException", "1 validation error detected: %s", (*v)[0])
	default:
		return api.Errorf("ValidationException", "%d validation errors detected: %s", n, strings.Join(*v, "; "))
	}
}

// unsupported refuses by name what the local cloud does not have.
func unsupported(what string) *api.Error {
	return invalid("The local cloud does not support %s.", what)
}

func (s *Service) notFound(function, qualifier string) *api.Error {
	return failed("ResourceNotFoundException", "Function not found: %s", s.arn(function, qualifier))
}

// missing is the error for a qualifier that a function has not, which tells
// aliases from versions by their form.
func (s *Service) missing(function, qualifier string) *api.Error {
	if !isNumber(qualifier) && aliasPattern.MatchString(qualifier) {
		return failed("ResourceNotFoundException", "Cannot find alias arn: %s", s.arn(function, qualifier))
	}
	return s.notFound(function, qualifier)
}

// untyped takes the Type from an error: some of Lambda's have none.
func untyped(err *api.Error) *api.Error {
	err.Fields = nil
	return err
}

// precondition is the compare of a compare-and-swap.
func precondition(expected, actual *string) error {
	if expected == nil || *expected == "" || *expected == api.Deref(actual) {
		return nil
	}
	return failed("PreconditionFailedException",
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
}
