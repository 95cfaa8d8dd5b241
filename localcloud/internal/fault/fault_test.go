package fault_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/fault"
)

// newBus returns a bus with one service, and counts what it does.
func newBus(faults *fault.Faults, service *api.Service) (*api.Bus, *int) {
	done := 0
	service.Operations = api.Table(api.Op("Write", func(context.Context, api.Caller, *struct{}) (*struct{}, error) {
		done++
		return nil, nil
	}))
	bus := api.NewBus(faults.Gate)
	bus.Register(service)
	return bus, &done
}

func TestWhetherTheCallIsDone(t *testing.T) {
	tests := []struct {
		rule fault.Rule
		done int
		want func(error) bool
	}{
		{fault.Rule{Kind: fault.Drop}, 0, func(err error) bool { return errors.Is(err, api.ErrNoAnswer) }},
		{fault.Rule{Kind: fault.Lose}, 1, func(err error) bool { return errors.Is(err, api.ErrNoAnswer) }},
		{fault.Rule{Kind: fault.Throttle}, 0, func(err error) bool { return api.IsCode(err, "ThrottlingException") }},
		{fault.Rule{Kind: fault.Error, Code: "X", Status: 418}, 0, func(err error) bool { return api.IsCode(err, "X") && api.AsError(err).Status == 418 }},
		{fault.Rule{Kind: fault.Delay, Delay: time.Millisecond}, 1, func(err error) bool { return err == nil }},
	}
	for _, test := range tests {
		t.Run(string(test.rule.Kind), func(t *testing.T) {
			faults := &fault.Faults{}
			bus, done := newBus(faults, &api.Service{Name: "states", Protocols: []api.Protocol{api.JSON10}})
			test.rule.Service, test.rule.Count = "states", 1
			if _, err := faults.Add(test.rule); err != nil {
				t.Fatal(err)
			}
			_, err := bus.Call(t.Context(), api.Caller{}, "states", "Write", &struct{}{})
			if *done != test.done || !test.want(err) {
				t.Errorf("done %d times, error %v", *done, err)
			}
			if _, err := bus.Call(t.Context(), api.Caller{}, "states", "Write", &struct{}{}); err != nil {
				t.Errorf("a second call: %v", err)
			}
		})
	}
}

func TestThrottlesInEachServicesWords(t *testing.T) {
	tests := []struct {
		service api.Service
		code    string
		status  int
	}{
		{api.Service{Name: "lambda", Protocols: []api.Protocol{api.RESTJSON}}, "TooManyRequestsException", 429},
		{api.Service{Name: "states", Protocols: []api.Protocol{api.JSON10}}, "ThrottlingException", 400},
		{api.Service{Name: "monitoring", Protocols: []api.Protocol{api.JSON10, api.Query}}, "Throttling", 400},
	}
	for _, test := range tests {
		t.Run(test.service.Name, func(t *testing.T) {
			faults := &fault.Faults{}
			bus, _ := newBus(faults, &test.service)
			if _, err := faults.Add(fault.Rule{Kind: fault.Throttle, Service: test.service.Name}); err != nil {
				t.Fatal(err)
			}
			_, err := bus.Call(t.Context(), api.Caller{}, test.service.Name, "Write", &struct{}{})
			if got := api.AsError(err); got.Code != test.code || got.HTTPStatus() != test.status {
				t.Errorf("error = %v with status %d, want %s with %d", err, got.HTTPStatus(), test.code, test.status)
			}
		})
	}
}

func TestADelayEndsWithItsCaller(t *testing.T) {
	faults := &fault.Faults{}
	bus, done := newBus(faults, &api.Service{Name: "states"})
	if _, err := faults.Add(fault.Rule{Kind: fault.Delay, Service: "states", Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bus.Call(ctx, api.Caller{}, "states", "Write", &struct{}{}); !errors.Is(err, context.Canceled) || *done != 0 {
		t.Errorf("error %v, done %d times", err, *done)
	}
}

func TestRulesEnd(t *testing.T) {
	faults := &fault.Faults{}
	id, err := faults.Add(fault.Rule{Kind: fault.Drop, Service: "states"})
	if err != nil || !faults.Remove(id) || faults.Remove(id) || len(faults.Rules()) != 0 {
		t.Errorf("rules = %v, error %v", faults.Rules(), err)
	}
}
