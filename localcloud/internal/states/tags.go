package states

import (
	"context"
	"maps"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

// maxTags is how many tags a machine has at most
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxTags = 50

// tagged finds a machine by a tag operation's ARN; the caller holds the lock.
func (s *Service) tagged(arn *string) (*machine, error) {
	m, err := s.find(arn)
	if api.IsCode(err, "StateMachineDoesNotExist") {
		return nil, api.Errorf("ResourceNotFound", "Resource not found: '%s'", aws.ToString(arn))
	}
	return m, err
}

// tag adds tags, or none of them when they would be too many.
func (m *machine) tag(tags []types.Tag) error {
	all := maps.Clone(m.tags)
	for _, tag := range tags {
		all[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	if len(all) > maxTags {
		return api.Errorf("TooManyTags", "A resource can have at most %d tags", maxTags)
	}
	m.tags = all
	return nil
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *sfn.TagResourceInput) (*sfn.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if err := m.tag(in.Tags); err != nil {
		return nil, err
	}
	return &sfn.TagResourceOutput{}, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *sfn.UntagResourceInput) (*sfn.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(m.tags, key)
	}
	return &sfn.UntagResourceOutput{}, nil
}

func (s *Service) listTagsForResource(_ context.Context, _ api.Caller, in *sfn.ListTagsForResourceInput) (*sfn.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags := make([]types.Tag, 0, len(m.tags))
	for key, value := range m.tags {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	sort.Slice(tags, func(i, j int) bool { return *tags[i].Key < *tags[j].Key })
	return &sfn.ListTagsForResourceOutput{Tags: tags}, nil
}
