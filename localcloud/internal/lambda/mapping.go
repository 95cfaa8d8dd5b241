package lambda

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Queues are the SQS queues that event source mappings poll. caller is Lambda in
// the role of the function.
type Queues interface {
	// Check tells what lets Lambda poll a queue, or keeps it from doing so.
	Check(ctx context.Context, caller api.Caller, queueARN string) (QueueCheck, error)
	// Receive takes up to most messages (10 at most) without waiting for any.
	Receive(ctx context.Context, caller api.Caller, queueARN string, most int32) ([]Message, error)
	// Delete deletes received messages (10 at most).
	Delete(ctx context.Context, caller api.Caller, queueARN string, receipts []string) error
}

// QueueCheck is what Queues.Check found.
type QueueCheck struct {
	// Denied is the first operation that the role may not call; empty for none.
	Denied            string
	VisibilityTimeout time.Duration
}

// mapping is an event source mapping: it polls one queue for one function.
type mapping struct {
	config  types.EventSourceMappingConfiguration
	enabled bool
	tags    map[string]string
	timer   *clock.Timer // the next poll, or the end of a transition
	polling bool         // a poll is under way, and plans the next itself
	// buffer holds messages that wait for more, gathered since.
	buffer []Message
	since  time.Time
}

// The states of a mapping.
// https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
const (
	mappingCreating  = "Creating"
	mappingEnabling  = "Enabling"
	mappingEnabled   = "Enabled"
	mappingDisabling = "Disabling"
	mappingDisabled  = "Disabled"
	mappingUpdating  = "Updating"
	mappingDeleting  = "Deleting"
)

// The batch of a mapping: how many records it has at most where none is said and
// in all, how many it may have without a window, and the longest window.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
const (
	standardBatch  = 10
	windowlessMost = 10
	largestBatch   = 10000
	longestWindow  = 300 // seconds
)

func (s *Service) createMapping(ctx context.Context, _ api.Caller, in *lambda.CreateEventSourceMappingInput) (*lambda.CreateEventSourceMappingOutput, error) {
	queue := api.Deref(in.EventSourceArn)
	if err := s.checkSource(queue); err != nil {
		return nil, err
	}
	config := types.EventSourceMappingConfiguration{
		EventSourceArn: &queue, BatchSize: or(in.BatchSize, standardBatch), MaximumBatchingWindowInSeconds: or(in.MaximumBatchingWindowInSeconds, 0),
		FunctionResponseTypes: slices.Clone(in.FunctionResponseTypes), ScalingConfig: in.ScalingConfig,
		UUID: new(api.NewID()), State: new(mappingCreating), StateTransitionReason: new("USER_INITIATED"),
	}
	config.EventSourceMappingArn = new(s.Env.ARN("lambda", "event-source-mapping:"+*config.UUID))
	if err := s.mapTo(ctx, &config, in.FunctionName); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, other := range s.mappings {
		if api.Deref(other.config.FunctionArn) == *config.FunctionArn && api.Deref(other.config.EventSourceArn) == queue {
			n, _ := parseName(*config.FunctionArn, "")
			return nil, failed("ResourceConflictException", `An event source mapping with SQS arn (" %s ") and function (" %s ") already exists. Please update or delete the existing mapping with UUID %s`,
				queue, n.function, id)
		}
	}
	m := &mapping{config: config, enabled: *or(in.Enabled, true), tags: maps.Clone(in.Tags)}
	s.mappings[*config.UUID] = m
	return as[lambda.CreateEventSourceMappingOutput](s.transition(m, mappingCreating)), nil
}

// checkSource refuses sources that are no standard queue of this account and
// region.
func (s *Service) checkSource(arn string) error {
	if arn == "" {
		return invalid("Unrecognized event source.")
	}
	parts := strings.Split(arn, ":")
	switch {
	case len(parts) < 6 || parts[2] != "sqs":
		return unsupported("the event source " + arn + ": of event sources it has SQS queues only")
	case parts[3] != s.Env.Region || parts[4] != s.Env.Account:
		return unsupported("the queue " + arn + ", which is in another region or account")
	case strings.HasSuffix(arn, ".fifo"):
		return unsupported("FIFO queues, such as " + arn)
	case s.Queues == nil:
		return unsupported("event source mappings without an SQS service")
	}
	return nil
}

// mapTo checks a mapping's settings and names the function that it is for, with
// the qualifier that the request has.
func (s *Service) mapTo(ctx context.Context, config *types.EventSourceMappingConfiguration, functionName *string) error {
	if err := checkBatch(config); err != nil {
		return err
	}
	s.mu.Lock()
	f, v, qualifier, err := s.find(functionName, nil)
	s.mu.Unlock()
	if api.IsCode(err, "ResourceNotFoundException") {
		return invalid("Function does not exist")
	}
	if err != nil {
		return err
	}
	config.FunctionArn = new(s.arn(f.name, qualifier))
	return s.checkQueue(ctx, api.Deref(config.EventSourceArn), v)
}

// checkBatch holds the numbers of a mapping to their limits.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
func checkBatch(config *types.EventSourceMappingConfiguration) error {
	var wrong violations
	wrong.between(config.BatchSize, "batchSize", 1, largestBatch)
	wrong.between(config.MaximumBatchingWindowInSeconds, "maximumBatchingWindowInSeconds", 0, longestWindow)
	if scaling := config.ScalingConfig; scaling != nil {
		wrong.between(scaling.MaximumConcurrency, "scalingConfig.maximumConcurrency", 2, 1000)
	}
	for _, kind := range config.FunctionResponseTypes {
		among(&wrong, kind, "functionResponseTypes", kind.Values())
	}
	if err := wrong.err(); err != nil {
		return err
	}
	if *config.BatchSize > windowlessMost && *config.MaximumBatchingWindowInSeconds == 0 {
		return invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
	}
	return nil
}

// checkQueue refuses a queue that the function's role may not poll, and one
// that shows messages again before the function is done.
func (s *Service) checkQueue(ctx context.Context, queue string, v *version) error {
	found, err := s.Queues.Check(ctx, inRoleOf(v), queue)
	if awsErr, ok := errors.AsType[*api.Error](err); ok && awsErr.Code == "QueueDoesNotExist" {
		return invalid("Error occurred while ReceiveMessage. SQS Error Code: %s. SQS Error Message: %s", awsErr.QueryCode, awsErr.Message)
	}
	switch visible := int(found.VisibilityTimeout.Seconds()); {
	case err != nil:
		return err
	case found.Denied != "":
		return invalid("The provided execution role does not have permissions to call %s on SQS", found.Denied)
	case visible < int(api.Deref(v.config.Timeout)):
		return invalid("Queue visibility timeout: %d seconds is less than Function timeout: %d seconds", visible, api.Deref(v.config.Timeout))
	}
	return nil
}

// inRoleOf is Lambda in the execution role of a version.
func inRoleOf(v *version) api.Caller {
	return api.Caller{ARN: "lambda.amazonaws.com", Service: "lambda.amazonaws.com", RoleARN: api.Deref(v.config.Role)}
}

// transition puts a mapping on its way to the state that it is to have, which it
// reaches after as long as an update of a function takes. It answers with what
// the API shows meanwhile. Call with the lock held.
func (s *Service) transition(m *mapping, by string) types.EventSourceMappingConfiguration {
	m.config.State, m.config.LastModified = &by, new(s.Clock.Now())
	answer := m.config
	if m.timer != nil {
		m.timer.Stop()
	}
	if s.Settle <= 0 {
		s.arrive(m)
		return answer
	}
	m.timer = s.Clock.AfterFunc(s.Settle, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.arrive(m)
	})
	return answer
}

// arrive ends a transition. Call with the lock held.
func (s *Service) arrive(m *mapping) {
	switch {
	case api.Deref(m.config.State) == mappingDeleting:
		delete(s.mappings, *m.config.UUID)
	case m.enabled:
		m.config.State = new(mappingEnabled)
	default:
		m.config.State = new(mappingDisabled)
	}
	if m.polling {
		return
	}
	m.buffer = nil // what was gathered shows in the queue again
	if api.Deref(m.config.State) == mappingEnabled {
		s.schedulePoll(m)
	}
}

// steady finds a mapping that is in no transition, for a request that changes
// it. Call with the lock held.
func (s *Service) steady(id *string, verb string) (*mapping, error) {
	m, err := s.mapping(id)
	if err != nil {
		return nil, err
	}
	if state := api.Deref(m.config.State); state != mappingEnabled && state != mappingDisabled {
		return nil, failed("ResourceInUseException", "Cannot %s the event source mapping because it is in use.", verb)
	}
	return m, nil
}

func (s *Service) mapping(id *string) (*mapping, error) {
	m, ok := s.mappings[api.Deref(id)]
	if !ok {
		return nil, failed("ResourceNotFoundException", noURL)
	}
	return m, nil
}

func (s *Service) getMapping(_ context.Context, _ api.Caller, in *lambda.GetEventSourceMappingInput) (*lambda.GetEventSourceMappingOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.mapping(in.UUID)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetEventSourceMappingOutput](m.config), nil
}

func (s *Service) updateMapping(ctx context.Context, _ api.Caller, in *lambda.UpdateEventSourceMappingInput) (*lambda.UpdateEventSourceMappingOutput, error) {
	s.mu.Lock()
	m, err := s.steady(in.UUID, "update")
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	changed := m.config
	s.mu.Unlock()
	set(&changed.BatchSize, in.BatchSize)
	set(&changed.MaximumBatchingWindowInSeconds, in.MaximumBatchingWindowInSeconds)
	set(&changed.ScalingConfig, in.ScalingConfig)
	if in.FunctionResponseTypes != nil {
		changed.FunctionResponseTypes = slices.Clone(in.FunctionResponseTypes)
	}
	function := changed.FunctionArn
	set(&function, in.FunctionName)
	if err := s.mapTo(ctx, &changed, function); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, err = s.steady(in.UUID, "update"); err != nil { // it may have gone meanwhile
		return nil, err
	}
	by := mappingUpdating
	if in.Enabled != nil && *in.Enabled != m.enabled {
		by = map[bool]string{true: mappingEnabling, false: mappingDisabling}[*in.Enabled]
		m.enabled = *in.Enabled
	}
	m.config = changed
	return as[lambda.UpdateEventSourceMappingOutput](s.transition(m, by)), nil
}

func (s *Service) deleteMapping(_ context.Context, _ api.Caller, in *lambda.DeleteEventSourceMappingInput) (*lambda.DeleteEventSourceMappingOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.steady(in.UUID, "delete")
	if err != nil {
		return nil, err
	}
	m.enabled = false
	return as[lambda.DeleteEventSourceMappingOutput](s.transition(m, mappingDeleting)), nil
}

func (s *Service) listMappings(_ context.Context, _ api.Caller, in *lambda.ListEventSourceMappingsInput) (*lambda.ListEventSourceMappingsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	function := ""
	if in.FunctionName != nil {
		n, err := s.name(*in.FunctionName, "")
		if err != nil {
			return nil, err
		}
		function = s.arn(n.function, n.qualifier)
	}
	all := []types.EventSourceMappingConfiguration{}
	for _, id := range slices.Sorted(maps.Keys(s.mappings)) {
		config := s.mappings[id].config
		if (function == "" || function == api.Deref(config.FunctionArn)) && (in.EventSourceArn == nil || *in.EventSourceArn == api.Deref(config.EventSourceArn)) {
			all = append(all, config)
		}
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: page, NextMarker: next}, err
}
