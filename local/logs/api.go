package logs

import (
	"strings"

	"weir/local/api"
)

// API describes the service.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "logs", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "Logs_20140328", LowerCamel: true,
		Operations: api.Table(
			api.Op("CreateLogGroup", s.createLogGroup, api.On("logs:CreateLogGroup", func(in *CreateLogGroupInput) string { return s.arn(in.LogGroupName) })),
			api.Op("DeleteLogGroup", s.deleteLogGroup, api.On("logs:DeleteLogGroup", func(in *LogGroupInput) string { return s.arn(in.LogGroupName) })),
			api.Op("DescribeLogGroups", s.describeLogGroups, api.On("logs:DescribeLogGroups", func(*DescribeLogGroupsInput) string { return s.arn("") })),
			api.Op("DescribeLogStreams", s.describeLogStreams, api.On("logs:DescribeLogStreams", func(in *DescribeLogStreamsInput) string { return s.arn(in.LogGroupName) })),
			api.Op("PutRetentionPolicy", s.putRetentionPolicy, api.On("logs:PutRetentionPolicy", func(in *PutRetentionPolicyInput) string { return s.arn(in.LogGroupName) })),
			api.Op("DeleteRetentionPolicy", s.deleteRetentionPolicy, api.On("logs:DeleteRetentionPolicy", func(in *LogGroupInput) string { return s.arn(in.LogGroupName) })),
			api.Op("FilterLogEvents", s.filterLogEvents, api.On("logs:FilterLogEvents", func(in *FilterLogEventsInput) string { return s.arn(in.group()) })),
			api.Op("GetLogEvents", s.getLogEvents, api.On("logs:GetLogEvents", func(in *GetLogEventsInput) string {
				return s.Env.ARN("logs", "log-group:"+in.LogGroupName+":log-stream:"+in.LogStreamName)
			})),
			api.Op("TagResource", s.tagResource, api.On("logs:TagResource", func(in *TagResourceInput) string { return in.ResourceArn })),
			api.Op("UntagResource", s.untagResource, api.On("logs:UntagResource", func(in *UntagResourceInput) string { return in.ResourceArn })),
			api.Op("ListTagsForResource", s.listTagsForResource, api.On("logs:ListTagsForResource", func(in *ResourceInput) string { return in.ResourceArn })),
		),
	}
}

// arn is a group's ARN as IAM and the API write it, with the star.
func (s *Service) arn(name string) string { return s.Env.ARN("logs", "log-group:"+name+":*") }

// nameOf reads a group's name from its ARN, with or without the star.
func nameOf(identifier string) string {
	if _, name, ok := strings.Cut(identifier, ":log-group:"); ok {
		return strings.TrimSuffix(name, ":*")
	}
	return identifier
}

// find finds a group. Call with the lock held.
func (s *Service) find(name string) (*group, error) {
	if g, ok := s.groups[nameOf(name)]; ok {
		return g, nil
	}
	return nil, api.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
}
