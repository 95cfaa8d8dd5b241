package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fault is the first thing that is wrong with a value.
type Fault struct {
	// Field is where, as people write it: strategy.steps[1].weight. Empty for
	// the whole value.
	Field string
	// Sentence names the field, what it is, and what would be right.
	Sentence string
}

func (f *Fault) Error() string { return f.Sentence }

// Check checks text, which is called name where it is meant as a whole ("The
// request"). What is wrong with it is a *Fault; the same text always gets the
// same one.
func (s *Schema) Check(name string, text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return &Fault{Sentence: fmt.Sprintf("%s is not JSON: %v.", name, err)}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return &Fault{Sentence: name + " is not JSON: something follows its end."}
	}
	// A nil *Fault must not become an error that is not nil.
	if fault := s.root.check(place{name: name}, value); fault != nil {
		return fault
	}
	return nil
}

// place is where in the value a check is.
type place struct{ name, field string }

func (p place) property(key string) place {
	if p.field != "" {
		key = p.field + "." + key
	}
	return place{p.name, key}
}

func (p place) item(index int) place {
	return place{p.name, p.field + "[" + strconv.Itoa(index) + "]"}
}

// wrong words a fault: what the value is, what it must be, and what the schema
// says of it.
func (n *node) wrong(at place, value any, format string, args ...any) *Fault {
	subject := at.field
	if subject == "" {
		subject = at.name
	}
	sentence := fmt.Sprintf("%s is %s, which is not right: ", subject, show(value)) + fmt.Sprintf(format, args...) + "."
	return &Fault{Field: at.field, Sentence: sentence}
}

func (n *node) check(at place, value any) *Fault {
	if n.target != nil {
		if fault := n.target.check(at, value); fault != nil {
			return n.explained(fault, at)
		}
	}
	if len(n.Type) > 0 && !slices.ContainsFunc(n.Type, func(name string) bool { return isA(name, value) }) {
		return n.explained(n.wrong(at, value, "want %s", strings.Join(n.Type, " or ")), at)
	}
	var fault *Fault
	switch value := value.(type) {
	case string:
		fault = n.checkString(at, value)
	case json.Number:
		fault = n.checkNumber(at, value)
	case []any:
		fault = n.checkArray(at, value)
	case map[string]any:
		fault = n.checkObject(at, value)
	}
	// Only texts are enumerated; no other value is one of them.
	if text, isText := value.(string); fault == nil && n.Enum != nil && (!isText || !slices.Contains(n.Enum, text)) {
		fault = n.wrong(at, value, "want one of %s", strings.Join(n.Enum, ", "))
	}
	return n.explained(fault, at)
}

// explained adds the schema's own description to a fault of this very value.
func (n *node) explained(fault *Fault, at place) *Fault {
	if fault != nil && fault.Field == at.field && at.field != "" && n.Description != "" && !strings.HasSuffix(fault.Sentence, n.Description) {
		return &Fault{Field: fault.Field, Sentence: fault.Sentence + " " + n.Description}
	}
	return fault
}

func isA(name string, value any) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		number := float(value)
		return name == "number" || name == "integer" && number == math.Trunc(number)
	}
	return false
}

// float is a number's value; one too large for a float64 is infinite.
func float(number json.Number) float64 {
	value, _ := number.Float64() // the only error is one of range
	return value
}

func (n *node) checkString(at place, value string) *Fault {
	length := utf8.RuneCountInString(value)
	switch {
	case n.MinLength != nil && length < *n.MinLength:
		return n.wrong(at, value, "want at least %d characters", *n.MinLength)
	case n.MaxLength != nil && length > *n.MaxLength:
		return n.wrong(at, value, "want at most %d characters", *n.MaxLength)
	case n.pattern != nil && !n.pattern.MatchString(value):
		return n.wrong(at, value, "want a text that matches %s", n.Pattern)
	}
	return nil
}

func (n *node) checkNumber(at place, number json.Number) *Fault {
	value := float(number)
	switch {
	case n.Minimum != nil && value < *n.Minimum:
		return n.wrong(at, number, "want at least %v", *n.Minimum)
	case n.ExclusiveMinimum != nil && value <= *n.ExclusiveMinimum:
		return n.wrong(at, number, "want more than %v", *n.ExclusiveMinimum)
	case n.Maximum != nil && value > *n.Maximum:
		return n.wrong(at, number, "want at most %v", *n.Maximum)
	}
	return nil
}

func (n *node) checkArray(at place, items []any) *Fault {
	switch {
	case n.MinItems != nil && len(items) < *n.MinItems:
		return n.wrong(at, items, "want at least %d items", *n.MinItems)
	case n.MaxItems != nil && len(items) > *n.MaxItems:
		return n.wrong(at, items, "it has %d items; want at most %d", len(items), *n.MaxItems)
	case n.Items == nil:
		return nil
	}
	for i, item := range items {
		if fault := n.Items.check(at.item(i), item); fault != nil {
			return fault
		}
	}
	return nil
}

func (n *node) checkObject(at place, members map[string]any) *Fault {
	keys := slices.Sorted(maps.Keys(members))
	if n.Additional != nil && !*n.Additional {
		for _, key := range keys {
			if n.Properties[key] == nil {
				field := at.property(key).field
				return &Fault{Field: field, Sentence: fmt.Sprintf("%s is not a field; check its spelling or leave it out. There are %s.",
					field, strings.Join(slices.Sorted(maps.Keys(n.Properties)), ", "))}
			}
		}
	}
	for _, key := range n.Required {
		if _, given := members[key]; !given {
			field := at.property(key).field
			return n.Properties[key].explained(&Fault{Field: field, Sentence: field + " is missing; it is required."}, at.property(key))
		}
	}
	for _, key := range keys {
		if property := n.Properties[key]; property != nil {
			if fault := property.check(at.property(key), members[key]); fault != nil {
				return fault
			}
		}
	}
	return nil
}

// show is a value as its writer will know it again.
func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	const most = 80 // bytes
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "…"
	}
	return string(text)
}
