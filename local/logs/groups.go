package logs

import (
	"context"
	"maps"
	"slices"
	"strings"

	"weir/local/api"
)

// CreateLogGroupInput of CreateLogGroup.
type CreateLogGroupInput struct {
	LogGroupName, LogGroupClass, KmsKeyId string
	Tags                                  map[string]string
}

// GroupInput names a group.
type GroupInput struct{ LogGroupName string }

// PutRetentionPolicyInput of PutRetentionPolicy.
type PutRetentionPolicyInput struct {
	LogGroupName    string
	RetentionInDays int32
}

// DescribeLogGroupsInput of DescribeLogGroups. A pattern is a part of the name,
// whatever its case.
type DescribeLogGroupsInput struct {
	LogGroupNamePrefix, LogGroupNamePattern, LogGroupClass string
	NextToken                                              string
	Limit                                                  int32
}

// DescribeLogGroupsOutput of DescribeLogGroups.
type DescribeLogGroupsOutput struct {
	LogGroups []LogGroup
	NextToken *string
}

// LogGroup is a group; times are milliseconds since 1970.
type LogGroup struct {
	LogGroupName, Arn, LogGroupArn, LogGroupClass, KmsKeyId string
	CreationTime                                            int64
	RetentionInDays                                         *int32
	MetricFilterCount                                       int32
	StoredBytes                                             int64
}

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

// ListTagsInput of ListTagsForResource.
type ListTagsInput struct{ ResourceArn string }

// ListTagsOutput of ListTagsForResource.
type ListTagsOutput struct{ Tags map[string]string }

// retentions are the numbers of days that may be set.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int32{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func (s *Service) createGroup(_ context.Context, _ api.Caller, in *CreateLogGroupInput) (*struct{}, error) {
	if !groupName.MatchString(in.LogGroupName) {
		return nil, api.Errorf("InvalidParameterException", "1 validation error detected: Value '%s' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+", in.LogGroupName)
	}
	if in.LogGroupClass != "" && in.LogGroupClass != "STANDARD" && in.LogGroupClass != "INFREQUENT_ACCESS" {
		return nil, api.Errorf("InvalidParameterException", "the local cloud does not support the log group class %s", in.LogGroupClass)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.groups[in.LogGroupName]; taken {
		return nil, api.Errorf("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	made := s.add(in.LogGroupName)
	made.key, made.tags = in.KmsKeyId, copied(in.Tags)
	if in.LogGroupClass != "" {
		made.class = in.LogGroupClass
	}
	return nil, nil
}

func (s *Service) deleteGroup(_ context.Context, _ api.Caller, in *GroupInput) (*struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.need(in.LogGroupName); err != nil {
		return nil, err
	}
	delete(s.groups, in.LogGroupName)
	return nil, nil
}

func (s *Service) describeGroups(_ context.Context, _ api.Caller, in *DescribeLogGroupsInput) (*DescribeLogGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := int(in.Limit)
	if limit == 0 {
		limit = 50
	}
	out := &DescribeLogGroupsOutput{LogGroups: []LogGroup{}}
	pattern := strings.ToLower(in.LogGroupNamePattern)
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[name]
		if name <= in.NextToken || !strings.HasPrefix(name, in.LogGroupNamePrefix) ||
			!strings.Contains(strings.ToLower(name), pattern) || in.LogGroupClass != "" && in.LogGroupClass != g.class {
			continue
		}
		if len(out.LogGroups) == limit {
			out.NextToken = &out.LogGroups[limit-1].LogGroupName
			break
		}
		out.LogGroups = append(out.LogGroups, s.describe(g))
	}
	return out, nil
}

func (s *Service) describe(g *group) LogGroup {
	described := LogGroup{
		LogGroupName: g.name, Arn: s.arn(g.name) + ":*", LogGroupArn: s.arn(g.name), LogGroupClass: g.class,
		KmsKeyId: g.key, CreationTime: millis(g.created),
	}
	if g.retentionDays != 0 {
		days := g.retentionDays
		described.RetentionInDays = &days
	}
	for _, st := range g.streams {
		for _, e := range s.kept(g, st) {
			described.StoredBytes += int64(len(e.message))
		}
	}
	return described
}

func (s *Service) putRetention(_ context.Context, _ api.Caller, in *PutRetentionPolicyInput) (*struct{}, error) {
	if !slices.Contains(retentions, in.RetentionInDays) {
		return nil, api.Errorf("InvalidParameterException", "1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %v", in.RetentionInDays, retentions)
	}
	return s.setRetention(in.LogGroupName, in.RetentionInDays)
}

func (s *Service) deleteRetention(_ context.Context, _ api.Caller, in *GroupInput) (*struct{}, error) {
	return s.setRetention(in.LogGroupName, 0)
}

func (s *Service) setRetention(name string, days int32) (*struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.need(name)
	if err != nil {
		return nil, err
	}
	g.retentionDays = days
	return nil, nil
}

// byARN finds a group by its ARN, with or without the ":*" at its end. The lock
// is held.
func (s *Service) byARN(arn string) (*group, error) {
	for _, g := range s.groups {
		if strings.TrimSuffix(arn, ":*") == s.arn(g.name) {
			return g, nil
		}
	}
	return nil, api.Errorf("ResourceNotFoundException", "The specified resource does not exist.")
}

func (s *Service) tag(_ context.Context, _ api.Caller, in *TagResourceInput) (*struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.byARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	maps.Copy(g.tags, in.Tags)
	return nil, nil
}

func (s *Service) untag(_ context.Context, _ api.Caller, in *UntagResourceInput) (*struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.byARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(g.tags, key)
	}
	return nil, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *ListTagsInput) (*ListTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.byARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ListTagsOutput{Tags: copied(g.tags)}, nil
}
