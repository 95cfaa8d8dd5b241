package logs

import (
	"context"
	"maps"

	"weir/localcloud/internal/api"
)

// ResourceInput names a group by its ARN.
type ResourceInput struct{ ResourceArn string }

// TagResourceInput of TagResource.
type TagResourceInput struct {
	ResourceArn string
	Tags        map[string]string
}

// UntagResourceInput of UntagResource.
type UntagResourceInput struct {
	ResourceArn string
	TagKeys     []string
}

// ListTagsForResourceOutput of ListTagsForResource.
type ListTagsForResourceOutput struct{ Tags map[string]string }

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *TagResourceInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	maps.Copy(g.tags, in.Tags)
	return nil, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *UntagResourceInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(g.tags, key)
	}
	return nil, nil
}

func (s *Service) listTagsForResource(_ context.Context, _ api.Caller, in *ResourceInput) (*ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ListTagsForResourceOutput{Tags: maps.Clone(g.tags)}, nil
}
