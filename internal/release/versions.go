package release

import (
	"slices"
	"strings"
)

// Versions is a list of version numbers as an alias's description holds it: "7,5,3".
type Versions string

// ParseVersions reads a list; what is no version's number, or there twice, is left out.
func ParseVersions(text string) Versions {
	var list []string
	for version := range strings.SplitSeq(text, ",") {
		if versionNumber(version) != "" && !slices.Contains(list, version) {
			list = append(list, version)
		}
	}
	return Versions(strings.Join(list, ","))
}

func (v Versions) list() []string {
	if v == "" {
		return nil
	}
	return strings.Split(string(v), ",")
}

// Has tells whether a version is in the list.
func (v Versions) Has(version string) bool {
	return version != "" && slices.Contains(v.list(), version)
}

// With is the list with a version put first; an empty one changes nothing.
func (v Versions) With(version string) Versions {
	if version == "" {
		return v
	}
	return Versions(strings.Join(append([]string{version}, v.Without(version).list()...), ","))
}

// Without is the list without a version.
func (v Versions) Without(version string) Versions {
	return Versions(strings.Join(slices.DeleteFunc(v.list(), func(other string) bool { return other == version }), ","))
}

// within is the start of the list that has at most so many versions and bytes.
func (v Versions) within(most, room int) Versions {
	list := v.list()
	list = list[:min(len(list), most)]
	for len(list) > 0 && len(strings.Join(list, ",")) > room {
		list = list[:len(list)-1]
	}
	return Versions(strings.Join(list, ","))
}
