package api

import (
	"context"
	"fmt"
	"sort"
	"sync"
)

// Bus carries calls between services, and from the HTTP front into them.
// Every call passes the same gates: fault injection, then IAM, then the
// operation.
type Bus struct {
	mu       sync.RWMutex
	services map[string]*Service
	gates    []Gate
}

// Gate sees every call before the operation runs (before next) and may refuse
// it, delay it, or lose its answer.
type Gate func(ctx context.Context, call Call, next func(context.Context) (any, error)) (any, error)

// Call is one call on its way through the gates.
type Call struct {
	Service   *Service
	Operation Operation
	Caller    Caller
	Input     any
}

// NewBus returns a bus whose calls pass the gates in order.
func NewBus(gates ...Gate) *Bus {
	return &Bus{services: map[string]*Service{}, gates: gates}
}

// Register adds services by name.
func (b *Bus) Register(services ...*Service) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, service := range services {
		b.services[service.Name] = service
	}
}

// Service finds a service by its signing name.
func (b *Bus) Service(name string) (*Service, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	service, ok := b.services[name]
	return service, ok
}

// Services lists all services by name.
func (b *Bus) Services() []*Service {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list := make([]*Service, 0, len(b.services))
	for _, service := range b.services {
		list = append(list, service)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// Invoker calls an operation of a service. Services hold one, and not a *Bus.
type Invoker interface {
	Call(ctx context.Context, caller Caller, service, operation string, in any) (any, error)
}

// Call runs an operation with a decoded input (a pointer to the operation's
// input struct).
func (b *Bus) Call(ctx context.Context, caller Caller, service, operation string, in any) (any, error) {
	found, ok := b.Service(service)
	if !ok {
		return nil, StatusErrorf(501, "NotImplemented", "the local cloud has no service %q", service)
	}
	op, ok := found.Operations[operation]
	if !ok {
		return nil, StatusErrorf(501, "NotImplemented", "the local cloud's %s has no operation %q", service, operation)
	}
	call := Call{Service: found, Operation: op, Caller: caller, Input: in}
	return b.pass(ctx, call, b.gates)
}

func (b *Bus) pass(ctx context.Context, call Call, gates []Gate) (any, error) {
	if len(gates) == 0 {
		if err := call.Operation.refused(call.Input); err != nil {
			return nil, err
		}
		return call.Operation.Do(ctx, call.Caller, call.Input)
	}
	return gates[0](ctx, call, func(ctx context.Context) (any, error) {
		return b.pass(ctx, call, gates[1:])
	})
}

// Do calls an operation and types its answer.
func Do[O any](ctx context.Context, invoker Invoker, caller Caller, service, operation string, in any) (*O, error) {
	out, err := invoker.Call(ctx, caller, service, operation, in)
	if err != nil {
		return nil, err
	}
	if out == nil {
		return new(O), nil
	}
	typed, ok := out.(*O)
	if !ok {
		return nil, fmt.Errorf("%s %s answered %T, want %T", service, operation, out, typed)
	}
	return typed, nil
}
