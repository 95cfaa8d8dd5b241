package logs

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

// Empty is the answer of operations that answer nothing.
type Empty struct{}

// CreateLogGroupInput of CreateLogGroup.
type CreateLogGroupInput struct {
	LogGroupName, LogGroupClass, KmsKeyId string
	Tags                                  map[string]string
}

// LogGroupInput names a group.
type LogGroupInput struct{ LogGroupName string }

// PutRetentionPolicyInput of PutRetentionPolicy.
type PutRetentionPolicyInput struct {
	LogGroupName    string
	RetentionInDays int32
}

// DescribeLogGroupsInput of DescribeLogGroups. A pattern is a part of the name,
// whatever its case.
type DescribeLogGroupsInput struct {
	LogGroupNamePrefix, LogGroupNamePattern, LogGroupClass, NextToken string
	Limit                                                             int32
}

// LogGroup is a group as it is shown; its time is milliseconds since 1970. Who
// asks by pattern is not told its size, nor whether it may be deleted.
type LogGroup struct {
	LogGroupName, Arn, LogGroupArn, LogGroupClass, KmsKeyId string
	CreationTime                                            int64
	StoredBytes                                             *int64
	DeletionProtectionEnabled                               *bool
	RetentionInDays                                         *int32
	MetricFilterCount                                       int32
}

// DescribeLogGroupsOutput of DescribeLogGroups.
type DescribeLogGroupsOutput struct {
	LogGroups []LogGroup
	NextToken string
}

var groupName = regexp.MustCompile(`^[\.\-_/#A-Za-z0-9]+$`)

// maxName is the length of the longest name.
const maxName = 512

// retentions are the numbers of days that may be set.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int32{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func (s *Service) createLogGroup(_ context.Context, _ api.Caller, in *CreateLogGroupInput) (*Empty, error) {
	switch {
	case len(in.LogGroupName) > maxName:
		return nil, api.Errorf("InvalidParameterException", "Invalid LogGroup or LogStream, both must have length less than or equal to %d.", maxName)
	case !groupName.MatchString(in.LogGroupName):
		return nil, api.Errorf("InvalidParameterException", "1 validation error detected: Value '%s' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+", in.LogGroupName)
	case in.LogGroupClass != "" && in.LogGroupClass != "STANDARD" && in.LogGroupClass != "INFREQUENT_ACCESS":
		return nil, api.Errorf("InvalidParameterException", "The local cloud does not support the log group class %s.", in.LogGroupClass)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.groups[in.LogGroupName]; taken {
		return nil, api.Errorf("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	made := s.add(in.LogGroupName)
	made.key = in.KmsKeyId
	maps.Copy(made.tags, in.Tags)
	if in.LogGroupClass != "" {
		made.class = in.LogGroupClass
	}
	return nil, nil
}

func (s *Service) deleteLogGroup(_ context.Context, _ api.Caller, in *LogGroupInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	delete(s.groups, g.name)
	return nil, nil
}

func (s *Service) describeLogGroups(_ context.Context, _ api.Caller, in *DescribeLogGroupsInput) (*DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "" {
		return nil, api.Errorf("InvalidParameterException", "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if err := checkLimit(in.Limit, maxDescribed); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pattern := strings.ToLower(in.LogGroupNamePattern)
	all := []LogGroup{}
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[name]
		if !strings.HasPrefix(name, in.LogGroupNamePrefix) || !strings.Contains(strings.ToLower(name), pattern) ||
			in.LogGroupClass != "" && in.LogGroupClass != g.class {
			continue
		}
		described := s.describe(g)
		if pattern == "" {
			size := int64(g.size)
			described.StoredBytes, described.DeletionProtectionEnabled = &size, new(bool)
		}
		all = append(all, described)
	}
	page, next, err := paginate(all, in.NextToken, in.Limit)
	return &DescribeLogGroupsOutput{LogGroups: page, NextToken: next}, err
}

func (s *Service) describe(g *group) LogGroup {
	described := LogGroup{
		LogGroupName: g.name, Arn: s.arn(g.name), LogGroupArn: strings.TrimSuffix(s.arn(g.name), ":*"), LogGroupClass: g.class,
		KmsKeyId: g.key, CreationTime: g.created.UnixMilli(),
	}
	if days := g.retention; days != 0 {
		described.RetentionInDays = &days
	}
	return described
}

// maxDescribed is the most groups or streams in one answer.
const maxDescribed = 50

// paginate cuts a page out of a list; the token is the place of the next one.
func paginate[T any](all []T, token string, limit int32) (page []T, next string, err error) {
	from, err := number(token, "", 0)
	if err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = maxDescribed
	}
	start := min(int(from), len(all))
	end := min(start+int(limit), len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[start:end], next, nil
}

func (s *Service) putRetentionPolicy(_ context.Context, _ api.Caller, in *PutRetentionPolicyInput) (*Empty, error) {
	if !slices.Contains(retentions, in.RetentionInDays) {
		return nil, api.Errorf("InvalidParameterException", "1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %s", in.RetentionInDays,
			strings.ReplaceAll(fmt.Sprint(retentions), " ", ", "))
	}
	return s.retain(in.LogGroupName, in.RetentionInDays)
}

func (s *Service) deleteRetentionPolicy(_ context.Context, _ api.Caller, in *LogGroupInput) (*Empty, error) {
	return s.retain(in.LogGroupName, 0)
}

func (s *Service) retain(name string, days int32) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(name)
	if err != nil {
		return nil, err
	}
	g.retention = days
	return nil, nil
}
