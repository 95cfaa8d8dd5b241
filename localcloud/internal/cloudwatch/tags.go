package cloudwatch

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// tagged finds the alarm that an ARN names. Call with the lock held.
func (s *Service) tagged(arn *string) (*alarm, error) {
	_, name, _ := strings.Cut(api.Deref(arn), ":alarm:")
	a, ok := s.alarms[name]
	if !ok || api.Deref(a.metric.AlarmArn) != api.Deref(arn) {
		return nil, api.StatusErrorf(404, "ResourceNotFoundException", "Resource %s not found", api.Deref(arn))
	}
	return a, nil
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	more := 0
	for _, tag := range in.Tags {
		if _, has := a.tags[api.Deref(tag.Key)]; !has {
			more++
		}
	}
	if err := checkTags(in.Tags, len(a.tags)+more-len(in.Tags)); err != nil {
		return nil, err
	}
	a.tag(in.Tags)
	return &cloudwatch.TagResourceOutput{}, nil
}

func (a *alarm) tag(tags []types.Tag) {
	if a.tags == nil {
		a.tags = map[string]string{}
	}
	for _, tag := range tags {
		a.tags[api.Deref(tag.Key)] = api.Deref(tag.Value)
	}
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.tagged(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, name := range in.TagKeys {
		delete(a.tags, name)
	}
	return &cloudwatch.UntagResourceOutput{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []types.Tag{}}
	if !strings.Contains(api.Deref(in.ResourceARN), ":alarm:") {
		return nil, api.StatusErrorf(501, "NotImplemented", "ListTagsForResource: the local cloud keeps tags of alarms only, not of %s", api.Deref(in.ResourceARN))
	}
	a, err := s.tagged(in.ResourceARN)
	if err != nil { // as it was recorded: an alarm that there is not has no tags
		return out, nil
	}
	for _, name := range sortedKeys(a.tags) {
		out.Tags = append(out.Tags, types.Tag{Key: &name, Value: new(a.tags[name])})
	}
	return out, nil
}

// begins is the index that a NextToken stands for; it came from pageToken.
func begins(next *string, most int) (int, error) {
	if next == nil {
		return 0, nil
	}
	begin, err := strconv.Atoi(*next)
	if err != nil || begin < 0 || begin > most {
		return 0, api.Errorf("InvalidNextToken", "NextToken %q is not one that this API gave.", *next)
	}
	return begin, nil
}

func pageToken(begin int) *string { return new(strconv.Itoa(begin)) }
