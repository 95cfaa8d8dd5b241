package ssm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/ssm"
)

var (
	env   = api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}
	begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

func TestParametersHaveVersions(t *testing.T) {
	bus := api.NewBus()
	bus.Register(ssm.New(ssm.Options{Env: env, Clock: clock.Stepped(begin)}).API())
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
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "1", Type: "Text"}, "ValidationException", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "1", Type: "String"}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "2", Type: "String"}, "ParameterAlreadyExists", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b", Value: "2", Overwrite: true}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "flat", Value: "3", Type: "String"}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "full", Value: strings.Repeat("x", 4096), Type: "String"}, "", ""},
		{"PutParameter", &ssm.PutParameterInput{Name: "over", Value: strings.Repeat("x", 4097), Type: "String"}, "ValidationException", ""},
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

// recorded: tests/aws/services/ssm/test_ssm.py of github.com/localstack/localstack:
// test_put_parameters, test_hierarchical_parameter, test_get_parameter_by_arn and
// test_put_and_get_via_arn. The other refusals, users of AWS were told.
func TestNamesAreTakenAsRecorded(t *testing.T) {
	bus := api.NewBus()
	bus.Register(ssm.New(ssm.Options{Env: env, Clock: clock.Stepped(begin)}).API())
	call := func(operation string, in any) (any, error) {
		return bus.Call(t.Context(), api.Operator(env), "ssm", operation, in)
	}
	for _, name := range []string{"flat", "/a/b/c"} {
		if _, err := call("PutParameter", &ssm.PutParameterInput{Name: name, Value: "123", Type: "String", Description: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	for asked, want := range map[string]string{
		"flat": "flat", "/flat": "/flat", "/a/b/c": "/a/b/c", "/a/b/c:1": "/a/b/c",
		env.ARN("ssm", "parameter/flat"): "flat", env.ARN("ssm", "parameter/a/b/c"): "/a/b/c",
	} {
		out, err := call("GetParameter", &ssm.GetParameterInput{Name: asked})
		if err != nil {
			t.Errorf("%s: %v", asked, err)
			continue
		}
		if got := out.(*ssm.GetParameterOutput).Parameter; got.Name != want || got.Value != "123" || got.DataType != "text" || got.ARN != env.ARN("ssm", "parameter/"+strings.TrimPrefix(want, "/")) {
			t.Errorf("%s is %+v, recorded %s", asked, got, want)
		}
	}
	const rule = `ValidationException: Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`
	for _, test := range []struct {
		operation string
		in        any
		want      string
	}{
		{"GetParameter", &ssm.GetParameterInput{Name: "/a//b//c"}, rule},
		{"GetParameter", &ssm.GetParameterInput{Name: "a/b/c"}, rule},
		{"GetParameters", &ssm.GetParametersInput{Names: []string{"a/b/c"}}, rule},
		{"PutParameter", &ssm.PutParameterInput{Name: "a/b/c", Value: "1", Type: "String"}, "ValidationException: Parameter name must be a fully qualified name"},
		{"PutParameter", &ssm.PutParameterInput{Name: "/a/b@c", Value: "1", Type: "String"}, rule},
		{"PutParameter", &ssm.PutParameterInput{Name: "aws-mine", Value: "1", Type: "String"}, `ValidationException: Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`},
		{"PutParameter", &ssm.PutParameterInput{Name: "/aws/mine", Value: "1", Type: "String"}, "AccessDeniedException: No access to reserved parameter name: /aws/mine."},
		{"PutParameter", &ssm.PutParameterInput{Name: "/d", Value: "1"}, "ValidationException: A parameter type is required when you create a parameter."},
		{"PutParameter", &ssm.PutParameterInput{Name: "flat", Value: "1", Type: "String"}, "ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option in the request to true."},
	} {
		if _, err := call(test.operation, test.in); err == nil || err.Error() != test.want {
			t.Errorf("%s %+v: error %v, recorded %s", test.operation, test.in, err, test.want)
		}
	}
}

func TestParametersOfAPathComeByPages(t *testing.T) {
	bus := api.NewBus()
	bus.Register(ssm.New(ssm.Options{Env: env, Clock: clock.Stepped(begin)}).API())
	for i := range 12 {
		if _, err := bus.Call(t.Context(), api.Operator(env), "ssm", "PutParameter", &ssm.PutParameterInput{Name: fmt.Sprintf("/p/%02d", i), Value: "v", Type: "String"}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for token := "first"; token != ""; {
		in := &ssm.GetParametersByPathInput{Path: "/p/", NextToken: strings.TrimPrefix(token, "first")}
		out, err := api.Do[ssm.GetParametersByPathOutput](t.Context(), bus, api.Operator(env), "ssm", "GetParametersByPath", in)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.Parameters {
			got = append(got, p.Name)
		}
		if len(out.Parameters) > 10 {
			t.Errorf("a page of %d", len(out.Parameters))
		}
		token = out.NextToken
	}
	if len(got) != 12 || got[11] != "/p/11" {
		t.Errorf("got %v", got)
	}
}
