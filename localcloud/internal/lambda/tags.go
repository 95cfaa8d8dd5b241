package lambda

import (
	"context"
	"maps"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

const taggablePattern = `arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})`

var taggable = regexp.MustCompile("^" + taggablePattern + "$")

// tagged finds the tags of what a tag operation names by its ARN: a function,
// unqualified, or an event source mapping. touch makes a new revision of it.
// Call with the lock held.
func (s *Service) tagged(resource *string) (tags *map[string]string, touch func(), err error) {
	if !taggable.MatchString(api.Deref(resource)) {
		return nil, nil, violates(api.Deref(resource), "resource", "Member must satisfy regular expression pattern: "+taggablePattern)
	}
	if _, id, ok := strings.Cut(*resource, ":event-source-mapping:"); ok {
		m, err := s.mapping(&id)
		if err != nil {
			return nil, nil, err
		}
		return &m.tags, func() {}, nil
	}
	f, n, err := s.function(api.Deref(resource))
	if err != nil {
		return nil, nil, err
	}
	if n.qualifier != "" {
		return nil, nil, invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return &f.tags, func() { f.latest.config.RevisionId = new(api.NewID()) }, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *lambda.ListTagsInput) (*lambda.ListTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, _, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	return &lambda.ListTagsOutput{Tags: maps.Clone(*tags)}, nil
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *lambda.TagResourceInput) (*lambda.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, invalid("An error occurred and the request cannot be processed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, touch, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	merged := map[string]string{}
	maps.Copy(merged, *tags)
	maps.Copy(merged, in.Tags)
	if len(merged) > 50 {
		return nil, invalid("Number of tags exceeds resource tag limit.")
	}
	*tags = merged
	touch()
	return nil, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	if len(in.TagKeys) == 0 {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, touch, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(*tags, key)
	}
	touch()
	return nil, nil
}
