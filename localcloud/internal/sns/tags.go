package sns

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

// The three tag operations know topics only, as SNS does.

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *sns.TagResourceInput) (*sns.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	t.tag(in.Tags)
	return &sns.TagResourceOutput{}, nil
}

func checkTags(tags []types.Tag) error {
	seen := map[string]bool{}
	for _, tag := range tags {
		if seen[api.Deref(tag.Key)] {
			return invalid("Duplicated keys are not allowed.")
		}
		seen[api.Deref(tag.Key)] = true
	}
	return nil
}

func (t *topic) tag(tags []types.Tag) {
	for _, tag := range tags {
		t.tags[api.Deref(tag.Key)] = api.Deref(tag.Value)
	}
}

func (s *Service) tagged(arn *string) (*topic, error) {
	t, ok := s.topics[api.Deref(arn)]
	if !ok {
		return nil, api.StatusErrorf(404, "ResourceNotFound", "Resource does not exist")
	}
	return t, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *sns.UntagResourceInput) (*sns.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, name := range in.TagKeys {
		delete(t.tags, name)
	}
	return &sns.UntagResourceOutput{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &sns.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, name := range slices.Sorted(maps.Keys(t.tags)) {
		value := t.tags[name]
		out.Tags = append(out.Tags, types.Tag{Key: &name, Value: &value})
	}
	return out, nil
}
