package main

import (
	"errors"
	"strings"
	"testing"

	"weir/infra"
)

// What the CDK refuses, such as a name that is given twice, is told as a sentence.
func TestWhatEndsTheSynthesisIsASentence(t *testing.T) {
	before := errors.New("no cdk.json")
	prop := infra.PropError{Construct: "shop/Release", Sentence: "Targets has 0 entries"}
	for name, c := range map[string]struct {
		caught any
		want   string
	}{
		"nothing was caught": {nil, "no cdk.json"},
		"a wrong prop":       {prop, "shop/Release: Targets has 0 entries"},
		"a text of the CDK":  {"There is already a Construct with name 'Orders'", "the CDK refuses the app: There is already"},
		"an error of jsii":   {errors.New("Expected property name"), "the CDK refuses the app: Expected property name"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refused(c.caught, before).Error(); !strings.HasPrefix(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFaultOfTheProgramStaysAPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a division by zero is told as the user's mistake")
		}
	}()
	defer func() { _ = refused(recover(), nil) }()
	zero := 0
	_ = 1 / zero
}
