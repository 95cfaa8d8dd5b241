package states

import (
	"slices"
	"unicode/utf16"
)

// hashed is the order in which a HashMap of Java goes through names. Step
// Functions was recorded to keep so the members of a payload template that paths
// or functions give, and the headers of an answer.
func hashed(names []string) []string {
	size := 16
	for 4*len(names) > 3*size {
		size *= 2
	}
	buckets := make([][]string, size)
	for _, name := range names {
		var hash uint32
		for _, unit := range utf16.Encode([]rune(name)) {
			hash = 31*hash + uint32(unit)
		}
		i := (hash ^ hash>>16) & uint32(size-1)
		buckets[i] = append(buckets[i], name)
	}
	return slices.Concat(buckets...)
}
