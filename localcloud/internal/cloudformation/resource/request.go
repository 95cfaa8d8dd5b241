package resource

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/wire"
)

// Objects reads what S3 holds.
type Objects interface {
	GetObject(ctx context.Context, bucket, key string) ([]byte, error)
}

// Request is one thing to do to one resource.
type Request struct {
	Env       api.Env
	Bus       *api.Bus
	Clock     *clock.Clock
	Caller    api.Caller
	Responses *Responses
	// Objects reads what S3 holds; nil when there is no S3.
	Objects Objects
	// Hold keeps cloud time from outrunning the stack operation.
	Hold *clock.Hold

	StackID, StackName string
	LogicalID, Type    string
	// Physical is the id of the resource to update or delete.
	Physical string
	// Properties are the wanted ones (on Delete, those it has); Old those it
	// had before an update.
	Properties, Old map[string]any
	// Attributes are what the resource answered when it was last made or
	// updated.
	Attributes map[string]any
}

// call runs an operation of another service with the members of in, and
// answers the members of its output.
func (r *Request) call(ctx context.Context, service, operation string, in map[string]any) (map[string]any, error) {
	found, ok := r.Bus.Service(service)
	if !ok {
		return nil, fmt.Errorf("the local cloud has no service %q", service)
	}
	op, ok := found.Operations[operation]
	if !ok {
		return nil, fmt.Errorf("the local cloud's %s has no operation %q", service, operation)
	}
	input := op.New()
	shaped, err := coerce(reflect.TypeOf(input), without(in), operation)
	if err != nil {
		return nil, err
	}
	if err := wire.Fill(input, shaped); err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	out, err := r.Bus.Call(ctx, r.Caller, service, operation, input)
	if err != nil {
		return nil, err
	}
	members, _ := wire.Tree(out, false).(map[string]any)
	return members, nil
}

// without drops members that have no value.
func without(in map[string]any) map[string]any {
	kept := make(map[string]any, len(in))
	for name, value := range in {
		if value != nil {
			kept[name] = value
		}
	}
	return kept
}

// take copies the named properties that are present.
func (r *Request) take(names ...string) map[string]any {
	taken := make(map[string]any, len(names))
	for _, name := range names {
		if value, present := r.Properties[name]; present {
			taken[name] = value
		}
	}
	return taken
}

func (r *Request) text(name string) string { return textOf(r.Properties[name]) }

// named is the name that the template gives, the present one on an update, or
// a new one of at most limit characters.
func (r *Request) named(property string, limit int) string {
	if name := r.text(property); name != "" {
		return name
	}
	return r.keptOr(r.uniqueName(limit))
}

func (r *Request) keptOr(name string) string {
	if r.Physical != "" {
		return r.Physical
	}
	return name
}

// uniqueName makes up a physical name as CloudFormation does: stack, logical
// id, and twelve characters that make it unique.
func (r *Request) uniqueName(limit int) string {
	suffix := Suffix(12)
	name := r.StackName + "-" + r.LogicalID
	if room := limit - len(suffix) - 1; len(name) > room {
		half := room / 2
		name = name[:half] + name[len(name)-(room-half):]
	}
	return name + "-" + suffix
}

// Suffix is n random letters and digits.
func Suffix(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var text strings.Builder
	for range n {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err) // the system has no randomness: nothing can go on
		}
		text.WriteByte(letters[i.Int64()])
	}
	return text.String()
}

// document is a policy or pattern as JSON text; a text is left as it is.
func document(value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return fmt.Sprint(value)
	}
	return ""
}

// texts reads a list of texts; a single text is a list of one.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		list := make([]string, 0, len(value))
		for _, item := range value {
			list = append(list, textOf(item))
		}
		return list
	}
	return nil
}

// structures reads a list of structures.
func structures(value any) []map[string]any {
	list, _ := value.([]any)
	found := make([]map[string]any, 0, len(list))
	for _, item := range list {
		if members, ok := item.(map[string]any); ok {
			found = append(found, members)
		}
	}
	return found
}

// structure reads a map, whatever named map type it has.
func structure(value any) map[string]any {
	if members, ok := value.(map[string]any); ok {
		return members
	}
	v := reflect.ValueOf(value)
	plain := reflect.TypeFor[map[string]any]()
	if !v.IsValid() || !v.CanConvert(plain) {
		return nil
	}
	return v.Convert(plain).Interface().(map[string]any)
}

// ignoring turns an error with one of the codes into none: what should go is
// gone already.
func ignoring(err error, codes ...string) error {
	for _, code := range codes {
		if api.IsCode(err, code) {
			return nil
		}
	}
	return err
}
