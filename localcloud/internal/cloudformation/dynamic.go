package cloudformation

import (
	"fmt"
	"regexp"
)

// dynamicReference is a value that the template leaves to another service.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
var dynamicReference = regexp.MustCompile(`\{\{resolve:([a-z-]+):([^{}]*)\}\}`)

// resolve puts what Parameter Store holds in the place of the dynamic references
// in evaluated properties.
func (op *operation) resolve(tree any) (any, error) {
	switch tree := tree.(type) {
	case map[string]any:
		members := make(map[string]any, len(tree))
		for name, member := range tree {
			resolved, err := op.resolve(member)
			if err != nil {
				return nil, err
			}
			members[name] = resolved
		}
		return members, nil
	case []any:
		items := make([]any, 0, len(tree))
		for _, item := range tree {
			resolved, err := op.resolve(item)
			if err != nil {
				return nil, err
			}
			items = append(items, resolved)
		}
		return items, nil
	case string:
		return op.resolveText(tree)
	}
	return tree, nil
}

func (op *operation) resolveText(text string) (string, error) {
	var failure error
	resolved := dynamicReference.ReplaceAllStringFunc(text, func(found string) string {
		parts := dynamicReference.FindStringSubmatch(found)
		if parts[1] != "ssm" {
			failure = fmt.Errorf("Template error: the local cloud does not support dynamic references to %s", parts[1])
			return found
		}
		value, err := op.s.stored(op.ctx, op.st, op.as, parts[2])
		if err != nil {
			failure = err
		}
		return value
	})
	return resolved, failure
}
