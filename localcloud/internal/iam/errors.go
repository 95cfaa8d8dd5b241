package iam

import "weir/localcloud/internal/api"

func malformed(format string, args ...any) error {
	return api.Errorf("MalformedPolicyDocument", format, args...)
}

func noSuchEntity(format string, args ...any) error {
	return api.StatusErrorf(404, "NoSuchEntity", format, args...)
}

func deleteConflict(format string, args ...any) error {
	return api.StatusErrorf(409, "DeleteConflict", format, args...)
}

func invalid(format string, args ...any) error { return api.Errorf("ValidationError", format, args...) }

func invalidInput(format string, args ...any) error {
	return api.Errorf("InvalidInput", format, args...)
}

// unfit refuses a member that breaks the service's model.
func unfit(member, constraint string) error {
	return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: %s", member, constraint)
}
