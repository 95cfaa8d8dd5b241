package states

import (
	"strings"

	"weir/localcloud/internal/ordered"
)

// template fills a payload template: members whose name ends in ".$" are paths
// or functions.
func (e *pathEvaluator) template(value, on any) (any, error) {
	switch value := value.(type) {
	case *ordered.Object:
		return e.templateObject(value, on)
	case []any:
		list := make([]any, len(value))
		for i, member := range value {
			filled, err := e.template(member, on)
			if err != nil {
				return nil, err
			}
			list[i] = filled
		}
		return list, nil
	}
	return value, nil
}

// templateObject fills in the members that are given as they are, in their
// order, and then those given by a path or function, in the order in which AWS
// keeps these.
func (e *pathEvaluator) templateObject(template *ordered.Object, on any) (*ordered.Object, error) {
	filled := ordered.New()
	var dynamic []string
	for name, member := range template.All() {
		plain, isDynamic := strings.CutSuffix(name, ".$")
		if _, ok := member.(string); ok && isDynamic {
			dynamic = append(dynamic, plain)
			continue
		}
		value, err := e.template(member, on)
		if err != nil {
			return nil, err
		}
		filled.Set(name, value)
	}
	for _, plain := range hashed(dynamic) {
		name := plain + ".$"
		text, _ := template.Get(name).(string)
		value, err := e.read(text, name, on)
		if err != nil {
			return nil, err
		}
		filled.Set(plain, value)
	}
	return filled, nil
}
