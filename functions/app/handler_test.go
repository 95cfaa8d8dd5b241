package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func envOf(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestAnswerNamesVersionAndRelease(t *testing.T) {
	app, err := newApp(envOf(map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME": "orders", "AWS_LAMBDA_FUNCTION_VERSION": "7",
	}), "v3", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := app.Answer(context.Background(), json.RawMessage(`{"id":1}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"service":"orders","version":"7","release":"v3","echo":{"id":1}}`
	if string(got) != want {
		t.Errorf("answer is %s, want %s", got, want)
	}
}

func TestReleaseOfTheEnvironmentWins(t *testing.T) {
	app, err := newApp(envOf(map[string]string{"RELEASE": "blue"}), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if app.release != "blue" {
		t.Errorf("release is %q, want blue", app.release)
	}
}

func TestErrorRateFailsTheShareDrawn(t *testing.T) {
	draws := []float64{0.0, 0.19, 0.2, 0.99}
	wantFailed := []bool{true, true, false, false}
	next := 0
	app, err := newApp(envOf(map[string]string{"FAULT_ERROR_RATE": "0.2"}), "v1", func() float64 {
		next++
		return draws[next-1]
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range wantFailed {
		_, err := app.Answer(context.Background(), nil)
		if failed := errors.Is(err, errFault); failed != want {
			t.Errorf("draw %v: failed is %v, want %v", draws[i], failed, want)
		}
	}
}

func TestLatencyEndsWithTheContext(t *testing.T) {
	app, err := newApp(envOf(map[string]string{"FAULT_LATENCY_MS": "60000"}), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := app.Answer(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want the context's", err)
	}
}

func TestWrongConfigurationIsRefusedByName(t *testing.T) {
	for name, values := range map[string][]string{
		"FAULT_ERROR_RATE": {"1.1", "-0.1", "NaN", "a lot"},
		"FAULT_LATENCY_MS": {"-1", "60001", "1.5", "1s"},
	} {
		for _, value := range values {
			_, err := newApp(envOf(map[string]string{name: value}), "v1", nil)
			if err == nil {
				t.Errorf("%s=%s is accepted", name, value)
				continue
			}
			if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), value) {
				t.Errorf("%s=%s: %q names neither", name, value, err)
			}
		}
	}
}
