package events

import (
	"context"
	"encoding/json"
	"fmt"
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
	policy    []statement
	rules     map[string]*rule // by name
	tags      tags
}

// statement is one statement of a bus's policy. A bus takes events from its own
// account; the policy is kept for others, of which the local cloud has none.
type statement = map[string]any

func (s *Service) newBus(name string) *bus {
	now := s.Clock.Now()
	return &bus{rules: map[string]*rule{}, tags: tags{}, described: eventbridge.DescribeEventBusOutput{
		Name: &name, Arn: ptr(s.busARN(&name)), CreationTime: &now, LastModifiedTime: &now}}
}

func (s *Service) busARN(name *string) string { return s.Env.ARN("events", "event-bus/"+busName(name)) }

// busName is the name of a bus that is given by name or ARN, or not at all.
func busName(nameOrARN *string) string {
	name := deref(nameOrARN)
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
	name := deref(in.Name)
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
	d.Description, d.KmsKeyIdentifier, d.DeadLetterConfig, d.LastModifiedTime = in.Description, in.KmsKeyIdentifier, in.DeadLetterConfig, ptr(s.Clock.Now())
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
	described.Policy, err = b.policyText()
	return &described, err
}

func (b *bus) policyText() (*string, error) {
	if len(b.policy) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": b.policy})
	if err != nil {
		return nil, fmt.Errorf("write the policy of a bus: %w", err)
	}
	return ptr(string(text)), nil
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
		if !strings.HasPrefix(name, deref(in.NamePrefix)) {
			continue
		}
		b := s.buses[name]
		policy, err := b.policyText()
		if err != nil {
			return nil, err
		}
		d := b.described
		buses = append(buses, types.EventBus{Name: d.Name, Arn: d.Arn, Description: d.Description, Policy: policy,
			CreationTime: d.CreationTime, LastModifiedTime: d.LastModifiedTime})
	}
	buses, next := page(buses, func(b types.EventBus) string { return deref(b.Name) }, in.NextToken, in.Limit)
	return &eventbridge.ListEventBusesOutput{EventBuses: buses, NextToken: next}, nil
}

// putPermission adds a statement, or takes a whole policy.
func (s *Service) putPermission(_ context.Context, _ api.Caller, in *eventbridge.PutPermissionInput) (*eventbridge.PutPermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	if in.Policy != nil {
		var policy struct{ Statement []statement }
		if err := json.Unmarshal([]byte(*in.Policy), &policy); err != nil {
			return nil, api.Errorf("ValidationException", "This policy contains invalid Json")
		}
		b.policy = policy.Statement
		return nil, nil
	}
	added := statement{"Sid": deref(in.StatementId), "Effect": "Allow", "Principal": any("*"), "Action": deref(in.Action), "Resource": deref(b.described.Arn)}
	if account := deref(in.Principal); account != "*" {
		added["Principal"] = map[string]any{"AWS": "arn:" + s.Env.Partition + ":iam::" + account + ":root"}
	}
	if c := in.Condition; c != nil {
		added["Condition"] = map[string]any{deref(c.Type): map[string]any{deref(c.Key): deref(c.Value)}}
	}
	b.policy = slices.DeleteFunc(b.policy, func(old statement) bool { return old["Sid"] == added["Sid"] })
	b.policy = append(b.policy, added)
	return nil, nil
}

func (s *Service) removePermission(_ context.Context, _ api.Caller, in *eventbridge.RemovePermissionInput) (*eventbridge.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	if in.RemoveAllPermissions {
		b.policy = nil
		return nil, nil
	}
	before := len(b.policy)
	b.policy = slices.DeleteFunc(b.policy, func(old statement) bool { return old["Sid"] == deref(in.StatementId) })
	if len(b.policy) == before {
		return nil, api.Errorf("ResourceNotFoundException", "Statement with the provided id does not exist.")
	}
	return nil, nil
}
