package events

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
)

const defaultBus = "default"

// bus is an event bus with its rules.
type bus struct {
	described eventbridge.DescribeEventBusOutput
	rules     map[string]*rule // by name
	tags      tags
}

func (s *Service) newBus(name string) *bus {
	now := s.Clock.Now()
	return &bus{rules: map[string]*rule{}, tags: tags{}, described: eventbridge.DescribeEventBusOutput{
		Name: &name, Arn: new(s.busARN(&name)), CreationTime: &now, LastModifiedTime: &now}}
}

func (s *Service) busARN(name *string) string { return s.Env.ARN("events", "event-bus/"+busName(name)) }

// busName is the name of a bus that is given by name or ARN, or not at all.
func busName(nameOrARN *string) string {
	name := api.Deref(nameOrARN)
	if _, after, ok := strings.Cut(name, ":event-bus/"); ok {
		name = after
	}
	if name == "" {
		return defaultBus
	}
	return name
}

// bus finds a bus. Call with the lock held.
func (s *Service) bus(nameOrARN *string) (*bus, error) {
	name := busName(nameOrARN)
	if b, ok := s.buses[name]; ok {
		return b, nil
	}
	return nil, api.Errorf("ResourceNotFoundException", "Event bus %s does not exist.", name)
}

var validBus = regexp.MustCompile(`^[/.\-_A-Za-z0-9]{1,256}$`)

func (s *Service) createBus(_ context.Context, _ api.Caller, in *eventbridge.CreateEventBusInput) (*eventbridge.CreateEventBusOutput, error) {
	name := api.Deref(in.Name)
	if !validBus.MatchString(name) {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.buses[name]; exists {
		return nil, api.Errorf("ResourceAlreadyExistsException", "Event bus %s already exists.", name)
	}
	b := s.newBus(name)
	b.described.Description, b.described.KmsKeyIdentifier, b.described.DeadLetterConfig = in.Description, in.KmsKeyIdentifier, in.DeadLetterConfig
	b.tags.set(in.Tags)
	s.buses[name] = b
	return &eventbridge.CreateEventBusOutput{EventBusArn: b.described.Arn, Description: in.Description,
		KmsKeyIdentifier: in.KmsKeyIdentifier, DeadLetterConfig: in.DeadLetterConfig}, nil
}

func (s *Service) updateBus(_ context.Context, _ api.Caller, in *eventbridge.UpdateEventBusInput) (*eventbridge.UpdateEventBusOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.Name)
	if err != nil {
		return nil, err
	}
	d := &b.described
	d.Description, d.KmsKeyIdentifier, d.DeadLetterConfig, d.LastModifiedTime = in.Description, in.KmsKeyIdentifier, in.DeadLetterConfig, new(s.Clock.Now())
	return &eventbridge.UpdateEventBusOutput{Arn: d.Arn, Name: d.Name, Description: d.Description, KmsKeyIdentifier: d.KmsKeyIdentifier,
		DeadLetterConfig: d.DeadLetterConfig}, nil
}

func (s *Service) describeBus(_ context.Context, _ api.Caller, in *eventbridge.DescribeEventBusInput) (*eventbridge.DescribeEventBusOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.Name)
	if err != nil {
		return nil, err
	}
	described := b.described
	return &described, nil
}

// deleteBus takes a bus away with its rules; one that is not there is gone.
func (s *Service) deleteBus(_ context.Context, _ api.Caller, in *eventbridge.DeleteEventBusInput) (*eventbridge.DeleteEventBusOutput, error) {
	name := busName(in.Name)
	if name == defaultBus {
		return nil, api.Errorf("ValidationException", "Cannot delete event bus default.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buses, name)
	return nil, nil
}

func (s *Service) listBuses(_ context.Context, _ api.Caller, in *eventbridge.ListEventBusesInput) (*eventbridge.ListEventBusesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	buses := []types.EventBus{}
	for _, name := range slices.Sorted(maps.Keys(s.buses)) {
		if !strings.HasPrefix(name, api.Deref(in.NamePrefix)) {
			continue
		}
		d := s.buses[name].described
		buses = append(buses, types.EventBus{Name: d.Name, Arn: d.Arn, Description: d.Description,
			CreationTime: d.CreationTime, LastModifiedTime: d.LastModifiedTime})
	}
	buses, next := page(buses, func(b types.EventBus) string { return api.Deref(b.Name) }, in.NextToken, in.Limit)
	return &eventbridge.ListEventBusesOutput{EventBuses: buses, NextToken: next}, nil
}
