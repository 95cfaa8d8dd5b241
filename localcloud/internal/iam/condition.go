package iam

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// condition is one operator on one key of a statement.
type condition struct {
	key      string // lower case: keys are case-insensitive
	values   []string
	match    func(want, got string) bool
	negated  bool
	ifExists bool
	null     bool   // the Null operator
	set      string // "", "ForAnyValue" or "ForAllValues"
}

// operators are the comparisons by name; the negated ones are their opposites.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = map[string]func(want, got string) bool{
	"StringEquals":             func(want, got string) bool { return want == got },
	"StringEqualsIgnoreCase":   strings.EqualFold,
	"StringLike":               glob,
	"ArnEquals":                arnLike,
	"ArnLike":                  arnLike,
	"Bool":                     strings.EqualFold,
	"NumericEquals":            numeric(func(want, got float64) bool { return got == want }),
	"NumericLessThan":          numeric(func(want, got float64) bool { return got < want }),
	"NumericLessThanEquals":    numeric(func(want, got float64) bool { return got <= want }),
	"NumericGreaterThan":       numeric(func(want, got float64) bool { return got > want }),
	"NumericGreaterThanEquals": numeric(func(want, got float64) bool { return got >= want }),
	"DateEquals":               dates(func(want, got time.Time) bool { return got.Equal(want) }),
	"DateLessThan":             dates(func(want, got time.Time) bool { return got.Before(want) }),
	"DateLessThanEquals":       dates(func(want, got time.Time) bool { return !got.After(want) }),
	"DateGreaterThan":          dates(func(want, got time.Time) bool { return got.After(want) }),
	"DateGreaterThanEquals":    dates(func(want, got time.Time) bool { return !got.Before(want) }),
}

var negations = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike": "StringLike", "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike",
	"NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals",
}

func parseConditions(raw map[string]map[string]many) ([]condition, error) {
	var list []condition
	for operator, keys := range raw {
		for key, values := range keys {
			c, err := parseCondition(operator, values)
			if err != nil {
				return nil, err
			}
			c.key = strings.ToLower(key)
			list = append(list, c)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].key < list[j].key })
	return list, nil
}

// unevaluated are the operators of AWS that the local cloud does not have.
var unevaluated = []string{"IpAddress", "NotIpAddress", "BinaryEquals"}

// comparison is the name of an operator without its set and IfExists.
func comparison(operator string) (name, set string, ifExists bool) {
	name = operator
	if before, after, ok := strings.Cut(operator, ":"); ok {
		set, name = before, after
	}
	name, ifExists = strings.CutSuffix(name, "IfExists")
	return name, set, ifExists
}

// isOperator tells whether AWS has the operator.
func isOperator(operator string) bool {
	name, set, ifExists := comparison(operator)
	if set != "" && set != "ForAnyValue" && set != "ForAllValues" {
		return false
	}
	return operators[name] != nil || negations[name] != "" || slices.Contains(unevaluated, name) || name == "Null" && !ifExists
}

// parseCondition reads a condition with an operator that AWS has.
func parseCondition(operator string, values []string) (condition, error) {
	c := condition{values: values}
	for _, value := range values {
		if err := checkVariables(value); err != nil {
			return c, err
		}
	}
	var name string
	name, c.set, c.ifExists = comparison(operator)
	if c.null = name == "Null"; c.null {
		return c, nil
	}
	if slices.Contains(unevaluated, name) {
		return c, malformed("the local cloud does not evaluate the condition operator %s", operator)
	}
	if positive, ok := negations[name]; ok {
		name, c.negated = positive, true
	}
	c.match = operators[name]
	return c, nil
}

// holds tells whether the condition is true of a request's context.
func (c condition) holds(context map[string][]string) bool {
	got, present := context[c.key]
	present = present && len(got) > 0
	if c.null {
		return slices.ContainsFunc(c.values, func(want string) bool { return strings.EqualFold(want, strconv.FormatBool(!present)) })
	}
	if !present {
		// A missing key fails a comparison and satisfies its negation.
		return c.ifExists || c.set == "ForAllValues" || c.negated && c.set == ""
	}
	one := func(value string) bool {
		matched := slices.ContainsFunc(c.values, func(want string) bool { return c.match(want, value) })
		return matched != c.negated
	}
	if c.set == "ForAllValues" || c.negated && c.set == "" {
		return !slices.ContainsFunc(got, func(value string) bool { return !one(value) })
	}
	return slices.ContainsFunc(got, one)
}

func numeric(compare func(want, got float64) bool) func(want, got string) bool {
	return func(want, got string) bool {
		w, wantErr := strconv.ParseFloat(want, 64)
		g, gotErr := strconv.ParseFloat(got, 64)
		return wantErr == nil && gotErr == nil && compare(w, g)
	}
}

func dates(compare func(want, got time.Time) bool) func(want, got string) bool {
	return func(want, got string) bool {
		w, wantErr := parseDate(want)
		g, gotErr := parseDate(got)
		return wantErr == nil && gotErr == nil && compare(w, g)
	}
}

// layouts are the forms of ISO 8601 that the W3C names for dates.
// https://www.w3.org/TR/NOTE-datetime
var layouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// parseDate reads ISO 8601 or epoch seconds. Four digits are a year.
func parseDate(text string) (time.Time, error) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err
}
