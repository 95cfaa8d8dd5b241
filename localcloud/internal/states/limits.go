package states

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"weir/localcloud/internal/api"
)

// How many characters a name and a definition have at most.
const (
	maxName       = 80
	maxDefinition = 1 << 20
)

// limits is how long the text of a member of a request may be, or how large its
// number.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
var limits = map[string]int{
	"Cause": 32 << 10, "Definition": maxDefinition, "Error": 256, "Input": 256 << 10, "MaxResults": 1000, "Name": maxName, "Output": 256 << 10,
}

// limited is an operation that AWS refuses before it looks at anything else when
// a member is beyond its limits.
func limited(op api.Operation) api.Operation {
	do := op.Do
	op.Do = func(ctx context.Context, caller api.Caller, in any) (any, error) {
		for field, value := range reflect.ValueOf(in).Elem().Fields() {
			most, ok := limits[field.Name]
			if !ok {
				continue
			}
			member := strings.ToLower(field.Name[:1]) + field.Name[1:]
			switch given := value.Interface().(type) {
			case *string:
				if given != nil && len([]rune(*given)) > most {
					return nil, invalid("Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", member, most)
				}
			case int32:
				if given < 0 || int(given) > most {
					return nil, invalid("Value '%d' at '%s' failed to satisfy constraint: Member must have value from 0 to %d", given, member, most)
				}
			}
		}
		return do(ctx, caller, in)
	}
	return op
}

// invalid is AWS's answer to a request that breaks a constraint of the API's model.
func invalid(format string, args ...any) error {
	return api.Errorf("ValidationException", "1 validation error detected: %s", fmt.Sprintf(format, args...))
}
