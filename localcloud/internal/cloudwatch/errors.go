package cloudwatch

import (
	"slices"
	"strings"

	"weir/localcloud/internal/api"
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
	if slices.Contains(all, value) {
		return nil
	}
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
		value, member, list(all))
}

// tooLong refuses a text for its length.
func tooLong(member, value string, most int) *api.Error {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", value, member, most)
}

// tooShort refuses an empty text.
func tooShort(member string) *api.Error {
	return invalid("1 validation error detected: Value '' at '%s' failed to satisfy constraint: Member must have length greater than or equal to 1", member)
}

// tooMany refuses a list for its length.
func tooMany(member string, most int) *api.Error {
	return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", member, most)
}

func list[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = string(one)
	}
	return strings.Join(words, ", ")
}

// together is one refusal for all that is wrong, a line for each: CloudWatch
// tells everything at once. What has another code than the first is left out.
func together(wrong []*api.Error) error {
	if len(wrong) == 0 {
		return nil
	}
	all := *wrong[0]
	for _, err := range wrong[1:] {
		if err.Code == all.Code {
			all.Message += "\n" + err.Message
		}
	}
	return &all
}
