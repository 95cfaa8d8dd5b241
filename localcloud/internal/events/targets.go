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

// passedRoles are the roles that EventBridge is to call targets in.
func passedRoles(in *eventbridge.PutTargetsInput) []*string {
	var roles []*string
	for _, target := range in.Targets {
		roles = append(roles, target.RoleArn)
	}
	return roles
}

// supported tells whether events can be delivered to a target.
func supported(arn string) bool {
	for _, part := range []string{":lambda:", ":states:", ":sns:", ":sqs:", ":event-bus/"} {
		if strings.Contains(arn, part) {
			return true
		}
	}
	return false
}

// maxTargets is how many targets a rule may have.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxTargets = 5

var validTarget = regexp.MustCompile(`^[\.\-_A-Za-z0-9]{1,64}$`)

// checkTargets holds targets to what EventBridge allows of their ids and inputs.
func checkTargets(targets []types.Target) error {
	for i, target := range targets {
		if !validTarget.MatchString(api.Deref(target.Id)) {
			return api.Errorf("ValidationException", `1 validation error detected: Value '%s' at 'targets.%d.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: %s`,
				api.Deref(target.Id), i+1, validTarget)
		}
	}
	for _, target := range targets {
		if err := checkInput(target); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) putTargets(_ context.Context, _ api.Caller, in *eventbridge.PutTargetsInput) (*eventbridge.PutTargetsOutput, error) {
	if err := checkTargets(in.Targets); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, r, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	wanted := maps.Clone(r.targets)
	for _, target := range in.Targets {
		if !supported(api.Deref(target.Arn)) {
			return nil, api.Errorf("ValidationException", "the local cloud does not deliver events to %s", api.Deref(target.Arn))
		}
		wanted[api.Deref(target.Id)] = target
	}
	if len(wanted) > maxTargets {
		return nil, api.Errorf("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	}
	r.targets = wanted
	return &eventbridge.PutTargetsOutput{FailedEntries: []types.PutTargetsResultEntry{}}, nil
}

func (s *Service) removeTargets(_ context.Context, _ api.Caller, in *eventbridge.RemoveTargetsInput) (*eventbridge.RemoveTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, r, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	for _, id := range in.Ids {
		delete(r.targets, id)
	}
	return &eventbridge.RemoveTargetsOutput{FailedEntries: []types.RemoveTargetsResultEntry{}}, nil
}

func (s *Service) listTargets(_ context.Context, _ api.Caller, in *eventbridge.ListTargetsByRuleInput) (*eventbridge.ListTargetsByRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, r, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	targets := []types.Target{}
	for _, id := range slices.Sorted(maps.Keys(r.targets)) {
		targets = append(targets, r.targets[id])
	}
	targets, next := page(targets, func(t types.Target) string { return api.Deref(t.Id) }, in.NextToken, in.Limit)
	return &eventbridge.ListTargetsByRuleOutput{Targets: targets, NextToken: next}, nil
}
