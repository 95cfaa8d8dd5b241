package awsparameters_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/awsparameters"
	"weir/internal/awstest"
	"weir/internal/release"
)

func TestParametersAreThoseThatExist(t *testing.T) {
	server := awstest.New(t, awstest.OK(`{"Parameters": [{"Name": "/weir/p/freeze", "Value": "until"}], "InvalidParameters": ["/weir/p/freeze/orders"]}`))
	got, err := awsparameters.New(server.Config).Parameters(t.Context(), []string{"/weir/p/freeze", "/weir/p/freeze/orders"})
	if diff := cmp.Diff(map[string]string{"/weir/p/freeze": "until"}, got); err != nil || diff != "" {
		t.Errorf("%v; values (-want +got):\n%s", err, diff)
	}
	asked := server.Requests()[0]
	if diff := cmp.Diff(map[string]any{"Names": []any{"/weir/p/freeze", "/weir/p/freeze/orders"}}, asked.Body); diff != "" || asked.Operation() != "GetParameters" {
		t.Errorf("asked %s (-want +got):\n%s", asked.Operation(), diff)
	}
}

// One call takes ten names.
func TestParametersAreAskedByTens(t *testing.T) {
	for _, test := range []struct {
		names int
		calls []int
	}{{0, nil}, {1, []int{1}}, {10, []int{10}}, {11, []int{10, 1}}, {25, []int{10, 10, 5}}} {
		var names []string
		want := map[string]string{}
		var answers []awstest.Answer
		for i := range test.names {
			name := fmt.Sprintf("p%02d", i)
			names, want[name] = append(names, name), "v"+name
		}
		at := 0
		for _, n := range test.calls {
			var found []string
			for _, name := range names[at : at+n] {
				found = append(found, fmt.Sprintf(`{"Name": %q, "Value": "v%s"}`, name, name))
			}
			answers = append(answers, awstest.OK(`{"Parameters": [`+strings.Join(found, ",")+`]}`))
			at += n
		}
		server := awstest.New(t, answers...)
		got, err := awsparameters.New(server.Config).Parameters(t.Context(), names)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%d names: %v; values (-want +got):\n%s", test.names, err, diff)
		}
		var calls []int
		for _, r := range server.Requests() {
			calls = append(calls, len(r.Body["Names"].([]any)))
		}
		if diff := cmp.Diff(test.calls, calls); diff != "" {
			t.Errorf("%d names are asked for by (-want +got):\n%s", test.names, diff)
		}
	}
}

// A freeze that cannot be read is not taken for none.
func TestParametersRefused(t *testing.T) {
	for kind, retry := range map[string]bool{"ThrottlingException": true, "AccessDeniedException": false} {
		server := awstest.New(t, awstest.Fault(http.StatusBadRequest, kind, "sorry"))
		got, err := awsparameters.New(server.Config).Parameters(t.Context(), []string{"a", "b"})
		if err == nil || got != nil || !strings.Contains(err.Error(), "read parameters [a b]") || release.IsError(err, release.Unavailable) != retry {
			t.Errorf("%s gives %v, %v", kind, got, err)
		}
	}
}

func TestSetParameter(t *testing.T) {
	refuse := func(kind string) awstest.Answer { return awstest.Fault(http.StatusBadRequest, kind, "sorry") }
	write := map[string]any{"Name": "p", "Value": "v", "Type": "String", "Overwrite": true}
	for _, test := range []struct {
		name, value string
		answer      awstest.Answer
		operation   string
		body        map[string]any
		says        string // empty: it succeeds
		retry       bool
	}{
		{"a value is written over another", "v", awstest.OK(`{"Version": 2}`), "PutParameter", write, "", false},
		{"an empty value deletes", "", awstest.OK("{}"), "DeleteParameter", map[string]any{"Name": "p"}, "", false},
		{"what is gone is deleted", "", refuse("ParameterNotFound"), "DeleteParameter", map[string]any{"Name": "p"}, "", false},
		{"a write that may not be", "v", refuse("AccessDeniedException"), "PutParameter", write, "write parameter p", false},
		{"a write too many", "v", refuse("ThrottlingException"), "PutParameter", write, "write parameter p", true},
		{"a delete that may not be", "", refuse("AccessDeniedException"), "DeleteParameter", map[string]any{"Name": "p"}, "delete parameter p", false},
		{"a delete too many", "", refuse("ThrottlingException"), "DeleteParameter", map[string]any{"Name": "p"}, "delete parameter p", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := awstest.New(t, test.answer)
			err := awsparameters.New(server.Config).SetParameter(t.Context(), "p", test.value)
			switch {
			case test.says == "" && err != nil:
				t.Error(err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || release.IsError(err, release.Unavailable) != test.retry):
				t.Errorf("%v, want it to say %q", err, test.says)
			}
			asked := server.Requests()[0]
			if diff := cmp.Diff(test.body, asked.Body); diff != "" || asked.Operation() != test.operation {
				t.Errorf("asked %s (-want +got):\n%s", asked.Operation(), diff)
			}
		})
	}
}
