package template

import "strings"

// Attribute is an attribute of a resource that an expression names.
type Attribute struct{ LogicalID, Name string }

// Attributes lists the attributes that an evaluated tree still asks for, by
// Fn::GetAtt and in the texts of Fn::Sub.
func Attributes(tree any) []Attribute {
	var found []Attribute
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			found = append(found, Attributes(item)...)
		}
	case map[string]any:
		name, argument, ok := intrinsic(tree)
		list, _ := argument.([]any)
		switch {
		case ok && name == "Fn::GetAtt" && len(list) == 2:
			return []Attribute{{textOf(list[0]), scalar(list[1])}}
		case ok && name == "Fn::Sub" && len(list) == 2:
			return append(subAttributes(list), Attributes(list[1])...)
		}
		for _, member := range tree {
			found = append(found, Attributes(member)...)
		}
	}
	return found
}

// subAttributes reads the text of the form that Scope.sub leaves.
func subAttributes(list []any) []Attribute {
	var found []Attribute
	variables, _ := list[1].(map[string]any)
	for _, name := range subNames(textOf(list[0])) {
		logicalID, attribute, dotted := strings.Cut(name, ".")
		if _, own := variables[name]; dotted && !own {
			found = append(found, Attribute{logicalID, attribute})
		}
	}
	return found
}
