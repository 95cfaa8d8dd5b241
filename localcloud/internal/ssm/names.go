package ssm

import (
	"regexp"
	"strings"

	"weir/localcloud/internal/api"
)

// What Parameter Store says of names that it does not take.
const (
	nameRule = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; ` +
		`each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`
	flatRule = `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`
	pathRule = `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`
)

// names are a word, or a path from the root.
var names = regexp.MustCompile(`^([\w.-]+|(/[\w.-]+)+)$`)

func invalid(format string, args ...any) error {
	return api.Errorf("ValidationException", format, args...)
}

func checkName(name string) error {
	if !names.MatchString(name) {
		return invalid(nameRule)
	}
	return nil
}

// checkNewName refuses the names that AWS keeps for itself, too.
func checkNewName(name string) error {
	if strings.Contains(name, "/") && !strings.HasPrefix(name, "/") {
		return invalid("Parameter name must be a fully qualified name")
	}
	if err := checkName(name); err != nil {
		return err
	}
	plain := strings.ToLower(strings.TrimPrefix(name, "/"))
	ofAWS := strings.HasPrefix(plain, "aws")
	switch {
	case !ofAWS && !strings.HasPrefix(plain, "ssm"):
		return nil
	case name[0] != '/':
		return invalid(flatRule)
	case ofAWS:
		return api.Errorf("AccessDeniedException", "No access to reserved parameter name: %s.", name)
	}
	return invalid(nameRule)
}

// key is what a parameter is found by: a word is the same with a slash before it.
func key(name string) string {
	if word := strings.TrimPrefix(name, "/"); !strings.Contains(word, "/") {
		return word
	}
	return name
}

// reference is how a request names a parameter: "name", "name:version" or an ARN.
type reference struct {
	name, version string
	byARN         bool
}

func (s *Service) reference(text string) (reference, error) {
	rest, byARN := strings.CutPrefix(text, s.Env.ARN("ssm", "parameter"))
	name, version, _ := strings.Cut(rest, ":")
	return reference{name: name, version: version, byARN: byARN}, checkName(name)
}
