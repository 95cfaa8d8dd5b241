package lambda

import (
	"context"
	"maps"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local/api"
)

const taggablePattern = `arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})`

var taggable = regexp.MustCompile("^" + taggablePattern + "$")

// tagged finds the function that a tag operation names by its unqualified ARN.
// Call with the lock held.
func (s *Service) tagged(resource *string) (*function, error) {
	if !taggable.MatchString(deref(resource)) {
		return nil, violates(deref(resource), "resource", "Member must satisfy regular expression pattern: "+taggablePattern)
	}
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
	if len(in.Tags) == 0 {
		return nil, invalid("An error occurred and the request cannot be processed.")
	}
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
	f.latest.config.RevisionId = ptr(newID())
	return nil, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	if len(in.TagKeys) == 0 {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(f.tags, key)
	}
	f.latest.config.RevisionId = ptr(newID())
	return nil, nil
}
