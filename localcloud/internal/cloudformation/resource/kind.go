// Package resource knows how each CloudFormation resource type is created,
// updated and deleted by calls to the services of the local cloud.
package resource

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"weir/localcloud/internal/cloudformation/template"
)

// Kind is one resource type.
type Kind struct {
	// Properties lists those supported; any other is refused.
	Properties []string
	// Required lists those without which the type cannot be made.
	Required []string
	// Immutable lists those whose change replaces the resource. Nil together
	// with a nil Update means that every change does.
	Immutable []string
	// Gap says which values of the supported properties the local cloud cannot take,
	// as far as they are known before anything is created. Nil: none.
	Gap    func(properties map[string]any) error
	Create func(ctx context.Context, r *Request) (Result, error)
	Update func(ctx context.Context, r *Request) (Result, error)
	Delete func(ctx context.Context, r *Request) error
}

// Result is what a resource answers to Ref and Fn::GetAtt.
type Result struct {
	// Physical is the physical id. Ref yields it too, unless Ref is set.
	Physical   string
	Ref        string
	Attributes map[string]any
}

// Find looks a resource type up. Custom resources are one kind whatever their
// name.
func Find(name string) (Kind, bool) {
	if strings.HasPrefix(name, "Custom::") {
		name = customType
	}
	kind, known := kinds()[name]
	return kind, known
}

// Types lists the supported resource types by name.
func Types() []string {
	all := kinds()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Check refuses properties that the kind does not support.
func (k Kind) Check(properties map[string]any) error {
	if k.Properties == nil {
		return nil
	}
	for name := range properties {
		if !slices.Contains(k.Properties, name) {
			return fmt.Errorf("the local cloud does not support the property %s, which AWS may", name)
		}
	}
	if k.Gap != nil {
		return k.Gap(properties)
	}
	return nil
}

// Complete refuses properties without those that the kind requires.
func (k Kind) Complete(properties map[string]any) error {
	var lacking []string
	for _, name := range k.Required {
		if _, present := properties[name]; !present {
			lacking = append(lacking, "The property {/"+name+"} is required")
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return fmt.Errorf("Property validation failure: [%s]", strings.Join(lacking, ", "))
}

// Replaces tells whether going from old to new properties makes a new
// resource, and which properties are the reason.
func (k Kind) Replaces(old, fresh map[string]any) (bool, []string) {
	changed := Changed(old, fresh)
	if k.Update == nil {
		return len(changed) > 0, changed
	}
	var reasons []string
	for _, name := range changed {
		if slices.Contains(k.Immutable, name) {
			reasons = append(reasons, name)
		}
	}
	return len(reasons) > 0, reasons
}

// Changed lists the properties that differ, by name.
func Changed(old, fresh map[string]any) []string {
	var changed []string
	for name, value := range fresh {
		if before, present := old[name]; !present || !template.Equal(before, value) {
			changed = append(changed, name)
		}
	}
	for name := range old {
		if _, present := fresh[name]; !present {
			changed = append(changed, name)
		}
	}
	sort.Strings(changed)
	return changed
}

// metadata is the CDK's note of the constructs in use; nothing is made.
func metadata() Kind {
	keep := func(_ context.Context, r *Request) (Result, error) {
		return Result{Physical: r.keptOr(r.uniqueName(64))}, nil
	}
	return Kind{
		Create: keep,
		Update: keep,
		Delete: func(context.Context, *Request) error { return nil },
	}
}

// unlessFailed keeps a call's failure from naming a resource that the call did
// not make: one of that name may be somebody else's, and a rollback would
// delete it.
func unlessFailed(made Result, err error) (Result, error) {
	if err != nil {
		return Result{}, err
	}
	return made, nil
}
