package arn_test

import (
	"testing"

	"weir/internal/arn"
)

func TestParse(t *testing.T) {
	for _, text := range []string{
		"arn:aws-cn:lambda:cn-north-1:111122223333:function:orders:prod",
		"arn:aws:states:eu-west-1:111122223333:execution:weir:monday",
		"arn:aws:s3:::bucket/key:with:colons",
	} {
		parsed, err := arn.Parse(text)
		if err != nil || parsed.String() != text {
			t.Errorf("%s gives %+v (%v)", text, parsed, err)
		}
	}
	for _, text := range []string{"", "orders", "arn:aws:lambda:eu-west-1:1", "arn::lambda:eu-west-1:1:x", "arn:aws::eu-west-1:1:x", "arn:aws:lambda:eu-west-1:1:", "urn:aws:lambda:eu-west-1:1:x"} {
		if parsed, err := arn.Parse(text); err == nil {
			t.Errorf("%q gives %+v, want an error", text, parsed)
		}
	}
}

func TestParseExecution(t *testing.T) {
	found, err := arn.ParseExecution("arn:aws:states:eu-west-1:111122223333:execution:weir:monday")
	if err != nil || found.Machine != "weir" || found.Name != "monday" || found.ARN.Region != "eu-west-1" {
		t.Errorf("found %+v (%v)", found, err)
	}
	for _, text := range []string{
		"arn:aws:states:eu-west-1:111122223333:express:weir:monday:1", "arn:aws:states:eu-west-1:111122223333:execution:weir",
		"arn:aws:states:eu-west-1:111122223333:execution::monday", "arn:aws:states:eu-west-1:111122223333:execution:weir:",
		"arn:aws:lambda:eu-west-1:111122223333:execution:weir:monday", "arn:aws:states:eu-west-1:111122223333:execution:weir:monday:1",
	} {
		if found, err := arn.ParseExecution(text); err == nil {
			t.Errorf("%s gives %+v, want an error", text, found)
		}
	}
}

func TestParseMachine(t *testing.T) {
	for text, want := range map[string]string{
		"arn:aws:states:eu-west-1:111122223333:stateMachine:weir":      "weir",
		"arn:aws:states:eu-west-1:111122223333:stateMachine:weir:prod": "weir",
		"arn:aws:states:eu-west-1:111122223333:execution:weir:monday":  "",
		"arn:aws:states:eu-west-1:111122223333:stateMachine:":          "",
		"arn:aws:states:eu-west-1:111122223333:stateMachine":           "",
		"arn:aws:states:eu-west-1:111122223333:activity:weir":          "",
		"arn:aws:lambda:eu-west-1:111122223333:stateMachine:weir":      "",
		"weir": "",
	} {
		if _, name, err := arn.ParseMachine(text); name != want || (err == nil) != (want != "") {
			t.Errorf("%s gives %q (%v), want %q", text, name, err, want)
		}
	}
}

func TestOf(t *testing.T) {
	function, err := arn.Parse("arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:orders")
	if err != nil {
		t.Fatal(err)
	}
	if got := function.Of("states", "execution:weir:monday").String(); got != "arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:weir:monday" {
		t.Error(got)
	}
}
