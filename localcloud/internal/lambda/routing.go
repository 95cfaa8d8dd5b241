package lambda

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

// checkAlias holds an alias to the constraints of its members, which need no
// function to be known. routing is what the request gave.
func checkAlias(a *types.AliasConfiguration, routing *types.AliasRoutingConfiguration) error {
	number := api.Deref(a.FunctionVersion)
	switch {
	case number != latestVersion && !isNumber(number):
		return violates(number, "functionVersion", `Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)`)
	case len(api.Deref(a.Description)) > 256:
		return violates(api.Deref(a.Description), "description", "Member must have length less than or equal to 256")
	case routing == nil:
		return nil
	}
	const member = "routingConfig.additionalVersionWeights"
	for version, weight := range routing.AdditionalVersionWeights {
		if !isNumber(version) || len(version) > 1024 {
			return violates(javaMap(routing.AdditionalVersionWeights), member, "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "+
				"Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]")
		}
		if !(weight >= 0 && weight <= 1) { // not a number is neither
			return violates(javaMap(routing.AdditionalVersionWeights), member, "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "+
				"Member must have value greater than or equal to 0.0, Member must not be null]")
		}
	}
	return nil
}

// javaMap writes weights as Lambda's messages do: {2=0.5}.
func javaMap(weights map[string]float64) string {
	var entries []string
	for _, version := range slices.Sorted(maps.Keys(weights)) {
		text := strconv.FormatFloat(weights[version], 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		entries = append(entries, version+"="+text)
	}
	return fmt.Sprintf("{%s}", strings.Join(entries, ", "))
}

// checkRoute holds an alias to Lambda's rules, with Lambda's words. Call with
// the lock held.
// https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
func (s *Service) checkRoute(f *function, a *types.AliasConfiguration) error {
	if len(weights(a)) > 1 {
		return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	main := api.Deref(a.FunctionVersion)
	for other := range weights(a) {
		switch {
		case main == latestVersion:
			return untyped(invalid("$LATEST is not supported for an alias pointing to more than 1 version"))
		case other == main:
			return invalid("Invalid function version %s. Function version %s is already included in routing configuration.", other, other)
		}
	}
	first := f.version(main)
	if first == nil {
		return s.notFound(f.name, main)
	}
	if first.config.State == types.StateFailed {
		// https://github.com/hashicorp/terraform-provider-aws/issues/49904 tells the state and the code of it
		return failed("ResourceConflictException", "The operation cannot be performed at this time. The function is currently in state: 'Failed', StateReasonCode: '%s'", first.config.StateReasonCode)
	}
	for other := range weights(a) {
		second := f.version(other)
		if second == nil {
			return s.notFound(f.name, other)
		}
		return compatible(first, second)
	}
	return nil
}

// compatible says why an alias cannot split between two versions.
func compatible(a, b *version) error {
	if api.Deref(a.config.Role) != api.Deref(b.config.Role) {
		return invalid("Both versions must have the same IAM execution role.")
	}
	if deadLetter(a) != deadLetter(b) {
		return invalid("Both versions must have the same dead-letter queue configuration, or no dead-letter queue configuration.")
	}
	return nil
}

func deadLetter(v *version) string {
	if v.config.DeadLetterConfig == nil {
		return ""
	}
	return api.Deref(v.config.DeadLetterConfig.TargetArn)
}

// routing is a configuration as it is kept: none when it routes nothing.
func routing(config *types.AliasRoutingConfiguration) *types.AliasRoutingConfiguration {
	if config == nil || len(config.AdditionalVersionWeights) == 0 {
		return nil
	}
	return &types.AliasRoutingConfiguration{AdditionalVersionWeights: maps.Clone(config.AdditionalVersionWeights)}
}
