package lambda

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local/api"
)

// tagged finds the function that a tag operation names by its unqualified ARN.
// Call with the lock held.
func (s *Service) tagged(resource *string) (*function, error) {
	f, n, err := s.function(deref(resource))
	if err != nil {
		return nil, err
	}
	if n.qualifier != "" {
		return nil, invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return f, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *lambda.ListTagsInput) (*lambda.ListTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	return &lambda.ListTagsOutput{Tags: maps.Clone(f.tags)}, nil
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *lambda.TagResourceInput) (*lambda.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	merged := maps.Clone(f.tags)
	maps.Copy(merged, in.Tags)
	if len(merged) > 50 {
		return nil, invalid("Number of tags exceeds resource tag limit.")
	}
	f.tags = merged
	return nil, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(f.tags, key)
	}
	return nil, nil
}
