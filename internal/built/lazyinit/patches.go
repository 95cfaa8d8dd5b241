package main

import (
	"fmt"
	"regexp"
)

// patch changes a file of the packages whose import path matches a pattern.
type patch struct {
	of, file string
	edits    []edit
}

// edit replaces the one place that a regular expression finds, or every one.
type edit struct {
	find, with string
	every      bool
}

var patches = []patch{
	// Each SDK client has a table of endpoints, with a regular expression for each
	// partition. Nothing but a deprecated resolver reads it.
	{"github.com/aws/aws-sdk-go-v2/service/*/internal/endpoints", "endpoints.go", []edit{
		{find: `(?m)^\t"regexp"$`, with: "\t\"regexp\"\n\t\"sync\""},
		{find: `(?ms)^var partitionRegexp = (struct \{.*?^\})(\{.*?^\})$`, with: "var partitionRegexp = sync.OnceValue(func() $1 {\n\treturn $1$2\n})"},
		{find: `(?ms)^var defaultPartitions = (endpoints\.Partitions)(\{.*?^\})$`, with: "var defaultPartitions = sync.OnceValue(func() $1 {\n\treturn $1$2\n})"},
		{find: `\bpartitions endpoints\.Partitions\b`, with: "partitions func() endpoints.Partitions"},
		{find: `\br\.partitions\.`, with: "r.partitions()."},
		{find: `\bpartitionRegexp\.`, with: "partitionRegexp().", every: true},
	}},
	// JSONata takes all its functions apart by reflection. Only a probe with a
	// predicate needs them.
	{"github.com/blues/jsonata-go", "env.go", []edit{
		{find: `(?m)^\t"strings"$`, with: "\t\"strings\"\n\t\"sync\""},
		{find: `(?ms)^var baseEnv = (initBaseEnv\(.*?^\}\))$`, with: baseEnv},
	}},
	{"github.com/blues/jsonata-go", "jsonata.go", []edit{
		{find: `\bnewEnvironment\(baseEnv,`, with: "newEnvironment(baseEnv(),"},
	}},
}

// baseEnv goes without sync.OnceValue: the module is of a Go without generics.
const baseEnv = `var (
	baseEnvOnce  sync.Once
	baseEnvValue *environment
)

func baseEnv() *environment {
	baseEnvOnce.Do(func() { baseEnvValue = $1 })
	return baseEnvValue
}`

// apply makes the edits, or refuses a source in which one finds nothing, or more
// than the one place.
func apply(edits []edit, source string) (string, error) {
	for _, e := range edits {
		pattern := regexp.MustCompile(e.find)
		if n := len(pattern.FindAllString(source, -1)); n == 0 || n > 1 && !e.every {
			return "", fmt.Errorf("%s is found %d times", e.find, n)
		}
		source = pattern.ReplaceAllString(source, e.with)
	}
	return source, nil
}
