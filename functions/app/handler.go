package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Answer is what a client gets.
type Answer struct {
	Service string          `json:"service"`
	Version string          `json:"version"` // the Lambda version that answered
	Release string          `json:"release"`
	Echo    json.RawMessage `json:"echo,omitempty"` // the request, as it came
}

// App answers requests.
type App struct {
	service string
	version string
	release string
	faults  faults
	draw    func() float64 // uniform in [0, 1)
}

// faults is how the app misbehaves.
type faults struct {
	errorRate float64       // share of requests that fail, 0-1
	latency   time.Duration // added to each answer
}

// errFault is what a failing request gets. It says nothing of its being wanted:
// a verifier must find out by the rate.
var errFault = errors.New("the answer could not be composed")

// newApp reads the configuration: RELEASE overrides the built-in release,
// FAULT_ERROR_RATE is a decimal from 0 to 1 and FAULT_LATENCY_MS whole
// milliseconds up to a minute.
func newApp(env func(string) string, builtIn string, draw func() float64) (*App, error) {
	app := &App{
		service: env("AWS_LAMBDA_FUNCTION_NAME"), version: env("AWS_LAMBDA_FUNCTION_VERSION"),
		release: builtIn, draw: draw,
	}
	if given := env("RELEASE"); given != "" {
		app.release = given
	}
	if given := env("FAULT_ERROR_RATE"); given != "" {
		rate, err := strconv.ParseFloat(given, 64)
		if err != nil || !(rate >= 0 && rate <= 1) {
			return nil, fmt.Errorf("FAULT_ERROR_RATE is %q; it must be a decimal from 0 to 1, such as 0.2", given)
		}
		app.faults.errorRate = rate
	}
	if given := env("FAULT_LATENCY_MS"); given != "" {
		ms, err := strconv.Atoi(given)
		if err != nil || ms < 0 || ms > 60_000 {
			return nil, fmt.Errorf("FAULT_LATENCY_MS is %q; it must be whole milliseconds from 0 to 60000", given)
		}
		app.faults.latency = time.Duration(ms) * time.Millisecond
	}
	return app, nil
}

// Answer answers one request, or fails it if the draw says so.
func (a *App) Answer(ctx context.Context, request json.RawMessage) (Answer, error) {
	if a.faults.latency > 0 {
		timer := time.NewTimer(a.faults.latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return Answer{}, fmt.Errorf("wait to answer: %w", ctx.Err())
		}
	}
	if a.faults.errorRate > 0 && a.draw() < a.faults.errorRate {
		return Answer{}, errFault
	}
	return Answer{Service: a.service, Version: a.version, Release: a.release, Echo: request}, nil
}
