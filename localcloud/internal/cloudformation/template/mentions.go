package template

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Mention is a name that an expression refers to: of a resource, or of a
// parameter where parameters are not evaluated yet. Attribute is empty for Ref.
type Mention struct{ LogicalID, Attribute string }

// Mentions lists what a tree refers to, sorted, by Ref, by Fn::GetAtt and in the
// texts of Fn::Sub. In an evaluated tree that is what is not yet known.
func Mentions(tree any) []Mention {
	found := map[Mention]bool{}
	collect(tree, found)
	list := make([]Mention, 0, len(found))
	for mention := range found {
		list = append(list, mention)
	}
	slices.SortFunc(list, func(a, b Mention) int {
		return cmp.Or(cmp.Compare(a.LogicalID, b.LogicalID), cmp.Compare(a.Attribute, b.Attribute))
	})
	return list
}

// Attribute is a mention of an attribute and where it stands.
type Attribute struct {
	Mention
	// Path leads to the function, "/Properties/Value/Fn::GetAtt".
	Path string
}

// Attributes lists the attributes that a tree refers to, by the paths below its
// own.
func Attributes(tree any, path string) []Attribute {
	var found []Attribute
	switch tree := tree.(type) {
	case []any:
		for i, item := range tree {
			found = append(found, Attributes(item, path+"/"+strconv.Itoa(i))...)
		}
	case map[string]any:
		name, _, _ := intrinsic(tree)
		if name == "Fn::GetAtt" || name == "Fn::Sub" {
			for _, mention := range Mentions(tree) {
				if mention.Attribute != "" {
					found = append(found, Attribute{mention, path + "/" + name})
				}
			}
			return found
		}
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			found = append(found, Attributes(tree[name], path+"/"+name)...)
		}
	}
	return found
}

// References lists the names that a tree refers to.
func References(tree any) []string {
	var names []string
	for _, mention := range Mentions(tree) {
		if !slices.Contains(names, mention.LogicalID) {
			names = append(names, mention.LogicalID)
		}
	}
	return names
}

func collect(tree any, found map[Mention]bool) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			collect(item, found)
		}
	case map[string]any:
		switch name, argument, _ := intrinsic(tree); name {
		case "Ref":
			found[Mention{LogicalID: textOf(argument)}] = true
		case "Fn::GetAtt":
			collectAttribute(argument, found)
		case "Fn::Sub":
			collectSub(argument, found)
		default:
			for _, member := range tree {
				collect(member, found)
			}
		}
	}
}

func collectAttribute(argument any, found map[Mention]bool) {
	if list, ok := argument.([]any); ok && len(list) == 2 {
		found[Mention{textOf(list[0]), scalar(list[1])}] = true
		return
	}
	logicalID, attribute, _ := strings.Cut(textOf(argument), ".")
	found[Mention{logicalID, attribute}] = true
}

// collectSub reads a text, alone or with its variables.
func collectSub(argument any, found map[Mention]bool) {
	text, variables := argument, map[string]any(nil)
	if list, ok := argument.([]any); ok && len(list) == 2 {
		text = list[0]
		variables, _ = list[1].(map[string]any)
		collect(variables, found)
	}
	for _, name := range subNames(textOf(text)) {
		if _, own := variables[name]; own {
			continue
		}
		logicalID, attribute, _ := strings.Cut(name, ".")
		found[Mention{logicalID, attribute}] = true
	}
}
