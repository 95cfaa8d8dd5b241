package lambda

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

const latestVersion = "$LATEST"

// The most characters of a name with its ARN, of the name in it, and of a
// qualifier.
const (
	maxARN       = 140
	maxName      = 64
	maxQualifier = 128
)

// name is a function as a request names it.
type name struct{ function, qualifier, region, account string }

var (
	functionARN   = regexp.MustCompile(`^(arn:aws[a-zA-Z-]*:lambda:)?([a-z]{2}(-[a-z]+)+-\d:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?$`)
	qualifierName = regexp.MustCompile(`^[a-zA-Z0-9$_-]+$`)
)

const functionPattern = `(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`

// parseName reads a function name, a partial ARN ("123456789012:function:f") or
// an ARN, each with or without a qualifier; a separate qualifier may be given
// too.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func parseName(text, qualifier string) (name, error) {
	parts := functionARN.FindStringSubmatch(text)
	var wrong violations
	wrong.tooLong(text, "functionName", maxARN)
	if parts == nil {
		wrong.add(text, "functionName", "Member must satisfy regular expression pattern: "+functionPattern)
	}
	if qualifier != "" {
		wrong.tooLong(qualifier, "qualifier", maxQualifier)
		if !qualifierName.MatchString(qualifier) {
			wrong.add(qualifier, "qualifier", `Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)`)
		}
	}
	if err := wrong.err(); err != nil {
		return name{}, err
	}
	if len(parts[6]) > maxName {
		return name{}, invalid("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to %d", parts[6], maxName)
	}
	inline := parts[8]
	if inline != "" && qualifier != "" && inline != qualifier {
		return name{}, invalid("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier == "" {
		qualifier = inline
	}
	return name{
		function: parts[6], qualifier: qualifier, region: strings.TrimSuffix(parts[2], ":"), account: strings.TrimSuffix(parts[4], ":"),
	}, nil
}

// name reads a function's name as parseName does, and refuses one that is in
// another region or account.
func (s *Service) name(text, qualifier string) (name, error) {
	n, err := parseName(text, qualifier)
	switch {
	case err != nil:
		return name{}, err
	case n.region != "" && n.region != s.Env.Region:
		return name{}, failed("ResourceNotFoundException", "Functions from '%s' are not reachable in this region ('%s')", n.region, s.Env.Region)
	case n.account != "" && n.account != s.Env.Account:
		return name{}, &api.Error{Code: "AccessDeniedException", Status: statuses["AccessDeniedException"]} // as on AWS, without a word
	}
	return n, nil
}

// arn is a function's ARN, qualified when qualifier is set.
func (s *Service) arn(function, qualifier string) string {
	resource := "function:" + function
	if qualifier != "" {
		resource += ":" + qualifier
	}
	return s.Env.ARN("lambda", resource)
}

// function finds a function. Call with the lock held.
func (s *Service) function(text string) (*function, name, error) {
	n, err := s.name(text, "")
	if err != nil {
		return nil, n, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, n, s.notFound(n.function, n.qualifier)
	}
	return f, n, nil
}

// find resolves a request's function and qualifier; an alias with weights gives
// its main version. Call with the lock held.
func (s *Service) find(functionName, qualifier *string) (*function, *version, string, error) {
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return nil, nil, "", err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, nil, "", s.notFound(n.function, n.qualifier)
	}
	number := n.qualifier
	if a, ok := f.aliases[number]; ok {
		number = api.Deref(a.FunctionVersion)
	}
	v := f.version(number)
	if v == nil {
		return nil, nil, "", s.notFound(f.name, n.qualifier)
	}
	return f, v, n.qualifier, nil
}

// version finds $LATEST (also named by nothing) or a published version; nil
// when there is none.
func (f *function) version(number string) *version {
	if number == "" || number == latestVersion {
		return f.latest
	}
	return f.versions[number]
}

func weights(a *types.AliasConfiguration) map[string]float64 {
	if a.RoutingConfig == nil {
		return nil
	}
	return a.RoutingConfig.AdditionalVersionWeights
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 63)
	return err == nil && !strings.HasPrefix(text, "+")
}
