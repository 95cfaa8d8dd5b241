package lambda

import (
	"regexp"
	"strconv"
	"strings"

	"weir/local/api"
)

const latestVersion = "$LATEST"

// name is a function as a request names it.
type name struct{ function, qualifier string }

var functionName = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,140}$`)

// parseName reads a function name, a partial ARN ("123456789012:function:f") or
// an ARN, each with or without a qualifier; a separate qualifier may be given
// too.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func parseName(text, qualifier string) (name, error) {
	parsed := text
	if _, rest, ok := strings.Cut(parsed, ":function:"); ok {
		parsed = rest
	} else if rest, ok := strings.CutPrefix(parsed, "function:"); ok {
		parsed = rest
	}
	function, inline, _ := strings.Cut(parsed, ":")
	if !functionName.MatchString(function) {
		return name{}, api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?", text)
	}
	if inline != "" && qualifier != "" && inline != qualifier {
		return name{}, api.Errorf("InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier == "" {
		qualifier = inline
	}
	return name{function: function, qualifier: qualifier}, nil
}

// arn is a function's ARN, qualified when qualifier is set.
func (s *Service) arn(function, qualifier string) string {
	resource := "function:" + function
	if qualifier != "" {
		resource += ":" + qualifier
	}
	return s.Env.ARN("lambda", resource)
}

// named is the ARN of a request's function, for IAM.
func (s *Service) named(function, qualifier *string) string {
	n, err := parseName(deref(function), deref(qualifier))
	if err != nil {
		return "*" // the operation will refuse the name itself
	}
	return s.arn(n.function, n.qualifier)
}

func (s *Service) notFound(function, qualifier string) error {
	return &api.Error{Code: "ResourceNotFoundException", Status: 404, Message: "Function not found: " + s.arn(function, qualifier),
		Fields: map[string]string{"Type": "User"}}
}

// function finds a function. Call with the lock held.
func (s *Service) function(text string) (*function, name, error) {
	n, err := parseName(text, "")
	if err != nil {
		return nil, n, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, n, s.notFound(n.function, n.qualifier)
	}
	return f, n, nil
}

// resolve finds the version that a qualifier names; an alias with weights gives
// its main version. Call with the lock held.
func (s *Service) resolve(f *function, qualifier string) (*version, *alias, error) {
	if qualifier == "" || qualifier == latestVersion {
		return f.latest, nil, nil
	}
	if a, ok := f.aliases[qualifier]; ok {
		v, ok := f.versions[deref(a.config.FunctionVersion)]
		if deref(a.config.FunctionVersion) == latestVersion {
			return f.latest, a, nil
		}
		if !ok {
			return nil, nil, s.notFound(f.name, qualifier)
		}
		return v, a, nil
	}
	if v, ok := f.versions[qualifier]; ok {
		return v, nil, nil
	}
	return nil, nil, s.notFound(f.name, qualifier)
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 63)
	return err == nil
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func ptr[T any](value T) *T { return &value }
