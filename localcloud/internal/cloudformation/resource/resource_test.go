package resource

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

type oneObject struct{ bucket, key, content string }

func (o oneObject) GetObject(_ context.Context, bucket, key string) ([]byte, error) {
	if bucket != o.bucket || key != o.key {
		return nil, errors.New("no such key")
	}
	return []byte(o.content), nil
}

func TestMachineDefinition(t *testing.T) {
	stored := oneObject{"assets", "m.json", `{"StartAt":"${First}"}`}
	for name, test := range map[string]struct {
		properties    map[string]any
		want, wantErr string
	}{
		"text":            {map[string]any{"DefinitionString": `{"StartAt":"A"}`}, `{"StartAt":"A"}`, ""},
		"structure":       {map[string]any{"Definition": map[string]any{"StartAt": "A"}}, `{"StartAt":"A"}`, ""},
		"in S3":           {map[string]any{"DefinitionS3Location": map[string]any{"Bucket": "assets", "Key": "m.json"}, "DefinitionSubstitutions": map[string]any{"First": "A"}}, `{"StartAt":"A"}`, ""},
		"not in S3":       {map[string]any{"DefinitionS3Location": map[string]any{"Bucket": "assets", "Key": "x"}}, "", "read s3://assets/x: no such key"},
		"a version in S3": {map[string]any{"DefinitionS3Location": map[string]any{"Bucket": "assets", "Key": "m.json", "Version": "1"}}, "", "DefinitionS3Location.Version"},
		"substitutions":   {map[string]any{"DefinitionString": `${A} ${AB} ${C}`, "DefinitionSubstitutions": map[string]any{"A": "1", "AB": json.Number("2")}}, `1 2 ${C}`, ""},
		"not a text":      {map[string]any{"DefinitionString": `${A}`, "DefinitionSubstitutions": map[string]any{"A": []any{}}}, "", "DefinitionSubstitutions of A"},
		"none":            {map[string]any{}, "", "Property DefinitionString is required"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := machineDefinition(t.Context(), &Request{Properties: test.properties, Objects: stored})
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Errorf("definition = %q, %v; want an error with %q", got, err, test.wantErr)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("definition = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestReplaces(t *testing.T) {
	for name, test := range map[string]struct {
		kind       string
		old, fresh map[string]any
		want       bool
	}{
		"a function's memory":      {"AWS::Lambda::Function", map[string]any{"MemorySize": "128"}, map[string]any{"MemorySize": "256"}, false},
		"a function's name":        {"AWS::Lambda::Function", map[string]any{"FunctionName": "a"}, map[string]any{"FunctionName": "b"}, true},
		"a version's description":  {"AWS::Lambda::Version", map[string]any{}, map[string]any{"Description": "x"}, true},
		"nothing of a version":     {"AWS::Lambda::Version", map[string]any{"A": json.Number("5")}, map[string]any{"A": "5"}, false},
		"an alias's version":       {"AWS::Lambda::Alias", map[string]any{"FunctionVersion": "1"}, map[string]any{"FunctionVersion": "2"}, false},
		"an alias's name":          {"AWS::Lambda::Alias", map[string]any{"Name": "a"}, map[string]any{"Name": "b"}, true},
		"a permission's principal": {"AWS::Lambda::Permission", map[string]any{"Principal": "a"}, map[string]any{"Principal": "b"}, true},
		"a machine's definition":   {"AWS::StepFunctions::StateMachine", map[string]any{"DefinitionString": "a"}, map[string]any{"DefinitionString": "b"}, false},
		"a custom resource's name": {"Custom::Thing", map[string]any{"Name": "a"}, map[string]any{"Name": "b"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			kind, known := Find(test.kind)
			if !known {
				t.Fatalf("%s is not known", test.kind)
			}
			if got, reasons := kind.Replaces(test.old, test.fresh); got != test.want {
				t.Errorf("Replaces = %t (%v), want %t", got, reasons, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, name := range Types() {
		kind, _ := Find(name)
		if kind.Properties == nil {
			continue // custom resources and metadata take any
		}
		err := kind.Check(map[string]any{"Colour": "red"})
		if err == nil || err.Error() != "the local cloud does not support the property Colour, which AWS may" {
			t.Errorf("%s with an unknown property: %v", name, err)
		}
		for _, required := range append(kind.Required, kind.Immutable...) {
			if !strings.Contains(strings.Join(kind.Properties, " ")+" ", required) {
				t.Errorf("%s names %s, which is not among its properties", name, required)
			}
		}
		if err := kind.Complete(map[string]any{}); (err != nil) != (len(kind.Required) > 0) {
			t.Errorf("%s without properties: %v", name, err)
		}
	}
}

func TestUniqueName(t *testing.T) {
	r := &Request{StackName: "shop", LogicalID: "Checkout"}
	if got := r.uniqueName(64); !strings.HasPrefix(got, "shop-Checkout-") || len(got) != len("shop-Checkout-")+12 {
		t.Errorf("uniqueName = %q", got)
	}
	r.LogicalID = strings.Repeat("x", 100)
	if got := r.uniqueName(64); len(got) > 64 {
		t.Errorf("uniqueName = %q is %d long, want at most 64", got, len(got))
	}
}

// TestWaitsForAFunctionToSettle holds that an update in progress is waited for
// in cloud time, and that a failed one fails the resource.
func TestWaitsForAFunctionToSettle(t *testing.T) {
	for name, test := range map[string]struct {
		then    types.LastUpdateStatus
		wantErr string
	}{
		"done":   {types.LastUpdateStatusSuccessful, ""},
		"failed": {types.LastUpdateStatusFailed, "reached terminal FAILED state due to InvalidImage(broken)"},
	} {
		t.Run(name, func(t *testing.T) {
			looks := 0
			get := func(context.Context, api.Caller, *lambda.GetFunctionConfigurationInput) (*lambda.GetFunctionConfigurationOutput, error) {
				looks++
				out := &lambda.GetFunctionConfigurationOutput{State: types.StateActive, LastUpdateStatus: types.LastUpdateStatusInProgress}
				if looks == 3 {
					out.LastUpdateStatus = test.then
					out.LastUpdateStatusReasonCode, out.LastUpdateStatusReason = types.LastUpdateStatusReasonCodeInvalidImage, aws.String("broken")
				}
				return out, nil
			}
			bus := api.NewBus()
			bus.Register(&api.Service{Name: "lambda", Operations: api.Table(api.Op("GetFunctionConfiguration", get))})
			stepped := clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			r := &Request{Bus: bus, Clock: stepped, Hold: stepped.Hold()}
			done := make(chan error, 1)
			go func() {
				done <- settled(t.Context(), r, "f")
				r.Hold.Release()
			}()
			stepped.Advance(10 * time.Second)
			err := <-done
			if looks != 3 {
				t.Errorf("looked %d times, want 3", looks)
			}
			if (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("settled = %v, want %q", err, test.wantErr)
			}
		})
	}
}

func TestWeights(t *testing.T) {
	got := weights(map[string]any{"AdditionalVersionWeights": []any{map[string]any{"FunctionVersion": "2", "FunctionWeight": json.Number("0.1")}}})
	if diff := cmp.Diff(map[string]any{"AdditionalVersionWeights": map[string]any{"2": json.Number("0.1")}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"AdditionalVersionWeights": map[string]any{}}, weights(nil)); diff != "" {
		t.Errorf("no routing in the template must clear the alias's (-want +got):\n%s", diff)
	}
}
