package events

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
)

// tags by key.
type tags map[string]string

func (t tags) set(list []types.Tag) {
	for _, tag := range list {
		t[api.Deref(tag.Key)] = api.Deref(tag.Value)
	}
}

// tagged finds the tags of the rule or bus that an ARN names. Call with the lock
// held.
func (s *Service) tagged(arn *string) (tags, error) {
	for _, b := range s.buses {
		if api.Deref(b.described.Arn) == api.Deref(arn) {
			return b.tags, nil
		}
		for _, r := range b.rules {
			if api.Deref(r.described.Arn) == api.Deref(arn) {
				return r.tags, nil
			}
		}
	}
	if _, rule, ok := strings.Cut(api.Deref(arn), ":rule/"); ok {
		bus, name, custom := strings.Cut(rule, "/")
		if !custom {
			bus, name = defaultBus, rule
		}
		return nil, api.Errorf("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", name, bus)
	}
	if _, bus, ok := strings.Cut(api.Deref(arn), ":event-bus/"); ok {
		return nil, api.Errorf("ResourceNotFoundException", "Event bus %s does not exist.", bus)
	}
	return nil, api.Errorf("ResourceNotFoundException", "Resource %s does not exist.", api.Deref(arn))
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *eventbridge.TagResourceInput) (*eventbridge.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	found.set(in.Tags)
	return &eventbridge.TagResourceOutput{}, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *eventbridge.UntagResourceInput) (*eventbridge.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(found, key)
	}
	return &eventbridge.UntagResourceOutput{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *eventbridge.ListTagsForResourceInput) (*eventbridge.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &eventbridge.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		out.Tags = append(out.Tags, types.Tag{Key: &key, Value: new(found[key])})
	}
	return out, nil
}
