package cloudformation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/template"
)

// afterApply stands for a value that is known only once the change set has been
// executed.
const afterApply = "{{changeSet:KNOWN_AFTER_APPLY}}"

// before is what a resource's properties are in the stack as it stands.
func (c *comparison) before(members map[string]any) map[string]any {
	return settled(template.Scope{Resource: c.st.known}, members)
}

// after is what they will be, as far as that follows from resources that are
// there and stay.
func (c *comparison) after(members map[string]any) map[string]any {
	return settled(template.Scope{Resource: func(name string) (template.Values, bool) {
		if change, changes := c.found[name]; changes && change.Replacement != types.ReplacementFalse {
			return template.Values{}, false
		}
		return c.st.known(name)
	}}, members)
}

// settled evaluates properties as far as the scope knows resources.
func settled(scope template.Scope, members map[string]any) map[string]any {
	evaluated := make(map[string]any, len(members))
	for name, value := range members {
		found, err := scope.Evaluate(value)
		if err != nil {
			found = afterApply
		}
		evaluated[name] = template.Replace(found, afterApply)
	}
	return evaluated
}

func encoded(members map[string]any) *string {
	return aws.String(text(map[string]any{"Properties": members}))
}

// text is a value as a change set shows it.
func text(value any) string {
	if plain, is := template.Text(value); is {
		return plain
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // trees of a parsed template always encode
	}
	return string(encoded)
}

// details completes a detail with its target; with values, with one for every
// leaf of the property that differs.
func (c *comparison) details(cause types.ResourceChangeDetail, property string, recreation types.RequiresRecreation, before, after map[string]any) []types.ResourceChangeDetail {
	target := types.ResourceTargetDefinition{
		Attribute: types.ResourceAttributeProperties, Name: aws.String(property), RequiresRecreation: recreation,
	}
	if !c.values {
		cause.Target = &target
		return []types.ResourceChangeDetail{cause}
	}
	old, had := before[property]
	fresh, has := after[property]
	var details []types.ResourceChangeDetail
	for _, leaf := range leaves("/Properties/"+property, side{old, had}, side{fresh, has}) {
		detail, at := cause, target
		at.Path, at.AttributeChangeType = aws.String(leaf.path), types.AttributeChangeTypeModify
		switch {
		case !leaf.before.present:
			at.AttributeChangeType = types.AttributeChangeTypeAdd
		case !leaf.after.present:
			at.AttributeChangeType = types.AttributeChangeTypeRemove
		}
		at.BeforeValue, at.AfterValue = leaf.before.text(), leaf.after.text()
		detail.Target = &at
		details = append(details, detail)
	}
	return details
}

// side is a value before or after a change, if there is one.
type side struct {
	value   any
	present bool
}

func (s side) text() *string {
	if !s.present {
		return nil
	}
	return aws.String(text(s.value))
}

type leaf struct {
	path          string
	before, after side
}

// leaves lists where two values differ, as deep as both are built alike.
func leaves(path string, before, after side) []leaf {
	if before.present && after.present && template.Equal(before.value, after.value) {
		return nil
	}
	left, right := members(before.value), members(after.value)
	if left == nil || right == nil {
		return []leaf{{path, before, after}}
	}
	var found []leaf
	for _, name := range slices.Sorted(maps.Keys(union(left, right))) {
		old, had := left[name]
		fresh, has := right[name]
		found = append(found, leaves(path+"/"+name, side{old, had}, side{fresh, has})...)
	}
	return found
}

// members are those of a structure by name, those of a list by index.
func members(value any) map[string]any {
	switch value := value.(type) {
	case map[string]any:
		return value
	case []any:
		byIndex := make(map[string]any, len(value))
		for i, item := range value {
			byIndex[fmt.Sprint(i)] = item
		}
		return byIndex
	}
	return nil
}
