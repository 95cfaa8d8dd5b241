package ssm_test

import (
	"testing"
	"time"

	"weir/local/api"
	"weir/local/clock"
	"weir/local/ssm"
)

func TestParametersHaveVersions(t *testing.T) {
	env := api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}
	bus := api.NewBus()
	bus.Register(ssm.New(ssm.Options{Env: env, Clock: clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}).API())
	call := func(operation string, in any) (any, error) {
		return bus.Call(t.Context(), api.Operator(env), "ssm", operation, in)
	}
	steps := []struct {
		operation string
		in        any
		code      string // of the error; empty for none
		value     string // of GetParameter
	}{
		{"GetParameter", &ssm.GetParameterInput{Name: "/a/b"}, "ParameterNotFound", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "1"}, "ValidationException", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "1", Type: "Text"}, "UnsupportedParameterType", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "1", Type: "String"}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "2", Type: "String"}, "ParameterAlreadyExists", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "2", Overwrite: true}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "flat", Value: "3", Type: "String"}, "", ""},
		{"GetParameter", &ssm.GetParameterInput{Name: "/a/b"}, "", "2"},
		{"GetParameter", &ssm.GetParameterInput{Name: "/a/b:1"}, "", "1"},
		{"GetParameter", &ssm.GetParameterInput{Name: "/a/b:3"}, "ParameterVersionNotFound", ""},
		{"GetParameter", &ssm.GetParameterInput{Name: "arn:aws:ssm:us-east-1:000000000000:parameter/a/b"}, "", "2"},
		{"GetParameter", &ssm.GetParameterInput{Name: "arn:aws:ssm:us-east-1:000000000000:parameter/flat"}, "", "3"},
		{"DeleteParameter", &ssm.DeleteParameterInput{Name: "/a/b"}, "", ""},
		{"DeleteParameter", &ssm.DeleteParameterInput{Name: "/a/b"}, "ParameterNotFound", ""},
	}
	for _, step := range steps {
		out, err := call(step.operation, step.in)
		if step.code == "" && err != nil || step.code != "" && !api.IsCode(err, step.code) {
			t.Errorf("%s %+v: error %v, want %q", step.operation, step.in, err, step.code)
			continue
		}
		if got, ok := out.(*ssm.GetParameterOutput); ok && got.Parameter.Value != step.value {
			t.Errorf("%s %+v = %q, want %q", step.operation, step.in, got.Parameter.Value, step.value)
		}
	}
}
