package states

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

// limit is how long the text of a member of a request is, or how large its
// number. The value of a secret member is not told.
type limit struct {
	min, max int
	secret   bool
}

// How many characters a name and a definition have at most.
const (
	maxName       = 80
	maxDefinition = 1 << 20
)

// limits has what the API's reference says of each member, and of a member of one
// operation where it differs
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html).
var limits = map[string]limit{
	"Cause":              {max: 32 << 10, secret: true},
	"ClientToken":        {min: 1, max: 64},
	"Definition":         {min: 1, max: maxDefinition, secret: true},
	"Error":              {max: 256, secret: true},
	"ExecutionArn":       {min: 1, max: 256},
	"Input":              {max: 256 << 10, secret: true},
	"MaxResults":         {max: 1000},
	"Name":               {min: 1, max: maxName},
	"NextToken":          {min: 1, max: 1024},
	"Output":             {max: 256 << 10, secret: true},
	"ResourceArn":        {min: 1, max: 256},
	"RoleArn":            {min: 1, max: 256},
	"StateMachineArn":    {min: 1, max: 256},
	"StateName":          {min: 1, max: 80, secret: true},
	"Tag.Key":            {min: 1, max: 128},
	"Tag.Value":          {max: 256},
	"TaskToken":          {min: 1, max: 2048},
	"TraceHeader":        {max: 256},
	"VersionDescription": {max: 256, secret: true},

	"ListExecutions.NextToken":                  {min: 1, max: 3096},
	"ValidateStateMachineDefinition.MaxResults": {max: maxDiagnostics},
}

// limited is an operation that AWS refuses before it looks at anything else when
// a member is beyond its limits.
func limited(op api.Operation) api.Operation {
	do := op.Do
	op.Do = func(ctx context.Context, caller api.Caller, in any) (any, error) {
		if broken := brokenLimits(op.Name, reflect.ValueOf(in).Elem()); len(broken) > 0 {
			return nil, invalid(broken...)
		}
		return do(ctx, caller, in)
	}
	return op
}

// brokenLimits words what is wrong with the members of an operation's input.
func brokenLimits(operation string, in reflect.Value) []string {
	var broken []string
	for field, value := range in.Fields() {
		member := strings.ToLower(field.Name[:1]) + field.Name[1:]
		l, ok := limits[operation+"."+field.Name]
		if !ok {
			l, ok = limits[field.Name]
		}
		switch {
		case ok:
			broken = append(broken, l.breach(member, value.Interface()))
		case field.Name == "Tags":
			tags, _ := value.Interface().([]types.Tag)
			broken = append(broken, brokenTags(tags)...)
		default:
			broken = append(broken, brokenChoice(member, value))
		}
	}
	return slices.DeleteFunc(broken, func(why string) bool { return why == "" })
}

// brokenTags words what is wrong with tags, with nothing for what is right.
func brokenTags(tags []types.Tag) []string {
	var broken []string
	for i, tag := range tags {
		at := fmt.Sprintf("tags.%d.member.", i+1)
		broken = append(broken, limits["Tag.Key"].breach(at+"key", tag.Key), limits["Tag.Value"].breach(at+"value", tag.Value))
	}
	return broken
}

// breach words how a member is beyond the limit; empty when it is not.
func (l limit) breach(member string, value any) string {
	text, size, measure := "", 0, "length"
	switch given := value.(type) {
	case *string:
		if given == nil {
			return ""
		}
		text, size = *given, len([]rune(*given))
	case int32:
		text, size, measure = strconv.Itoa(int(given)), int(given), "value"
	}
	must := ""
	switch {
	case size < l.min:
		must = fmt.Sprintf("have %s greater than or equal to %d", measure, l.min)
	case size > l.max:
		must = fmt.Sprintf("have %s less than or equal to %d", measure, l.max)
	default:
		return ""
	}
	if l.secret {
		return fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must %s", member, must)
	}
	return constraint(member, text, must)
}

// constraint words what the value of a member must do.
func constraint(member, value, must string) string {
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must %s", value, member, must)
}

// invalid is AWS's answer to a request that breaks constraints of the API's model.
func invalid(broken ...string) error {
	noun := "error"
	if len(broken) > 1 {
		noun = "errors"
	}
	return api.Errorf("ValidationException", "%d validation %s detected: %s", len(broken), noun, strings.Join(broken, "; "))
}
