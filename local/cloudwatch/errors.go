package cloudwatch

import (
	"strings"

	"weir/local/api"
)

// invalid is CloudWatch's plain refusal. No SDK has a type for it.
func invalid(format string, args ...any) *api.Error {
	return api.Errorf("ValidationError", format, args...)
}

// The errors that SDKs have types for go by the type's name in the protocols
// that came after Query, and by a shorter one in it.

func invalidValue(format string, args ...any) *api.Error {
	return named(400, "InvalidParameterValueException", "InvalidParameterValue", format, args...)
}

func invalidCombination(format string, args ...any) *api.Error {
	return named(400, "InvalidParameterCombinationException", "InvalidParameterCombination", format, args...)
}

func invalidFormat(format string, args ...any) *api.Error {
	return named(400, "InvalidFormatFault", "InvalidFormat", format, args...)
}

func invalidDashboard(format string, args ...any) *api.Error {
	return named(400, "DashboardInvalidInputError", "InvalidParameterInput", format, args...)
}

func noDashboard(name string) *api.Error {
	return named(404, "DashboardNotFoundError", "ResourceNotFound", "Dashboard %s does not exist", name)
}

func named(status int, code, query, format string, args ...any) *api.Error {
	err := api.StatusErrorf(status, code, format, args...)
	err.QueryCode = query
	return err
}

// checkEnum refuses a value that is not one of those there are.
func checkEnum[T ~string](member string, value T, all ...T) error {
	names := make([]string, len(all))
	for i, one := range all {
		if one == value {
			return nil
		}
		names[i] = string(one)
	}
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
		value, member, strings.Join(names, ", "))
}
