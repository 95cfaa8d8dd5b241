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

func (e *pathEvaluator) templateObject(template *ordered.Object, on any) (*ordered.Object, error) {
	filled := ordered.New()
	for name, member := range template.All() {
		var value any
		var err error
		text, isText := member.(string)
		if plain, isDynamic := strings.CutSuffix(name, ".$"); isText && isDynamic {
			value, err = e.read(text, name, on)
			name = plain
		} else {
			value, err = e.template(member, on)
		}
		if err != nil {
			return nil, err
		}
		filled.Set(name, value)
	}
	return filled, nil
}
