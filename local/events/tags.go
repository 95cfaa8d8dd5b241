package events

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/local/api"
)

// tagged finds the rule that an ARN names. Call with the lock held.
func (s *Service) tagged(arn *string) (*rule, error) {
	_, name, _ := strings.Cut(deref(arn), ":rule/")
	r, ok := s.rules[name]
	if !ok || deref(r.described.Arn) != deref(arn) {
		return nil, api.Errorf("ResourceNotFoundException", "Resource %s does not exist.", deref(arn))
	}
	return r, nil
}

func (r *rule) tag(tags []types.Tag) {
	for _, tag := range tags {
		r.tags[deref(tag.Key)] = deref(tag.Value)
	}
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *eventbridge.TagResourceInput) (*eventbridge.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	r.tag(in.Tags)
	return &eventbridge.TagResourceOutput{}, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *eventbridge.UntagResourceInput) (*eventbridge.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, name := range in.TagKeys {
		delete(r.tags, name)
	}
	return &eventbridge.UntagResourceOutput{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *eventbridge.ListTagsForResourceInput) (*eventbridge.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &eventbridge.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, name := range slices.Sorted(maps.Keys(r.tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: &name, Value: ptr(r.tags[name])})
	}
	return out, nil
}
