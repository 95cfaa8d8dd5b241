package logs

import (
	"strings"

	"weir/localcloud/internal/api"
)

// API describes the service.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "logs", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "Logs_20140328", LowerCamel: true,
		Operations: api.Table(
			api.Op("CreateLogGroup", s.createLogGroup, on(s, "CreateLogGroup", func(in *CreateLogGroupInput) string { return in.LogGroupName })),
			api.Op("DeleteLogGroup", s.deleteLogGroup, on(s, "DeleteLogGroup", func(in *LogGroupInput) string { return in.LogGroupName })),
			api.Op("DescribeLogGroups", s.describeLogGroups, on(s, "DescribeLogGroups", func(*DescribeLogGroupsInput) string { return "" })),
			api.Op("DescribeLogStreams", s.describeLogStreams, on(s, "DescribeLogStreams", (*DescribeLogStreamsInput).group)),
			api.Op("PutRetentionPolicy", s.putRetentionPolicy, on(s, "PutRetentionPolicy", func(in *PutRetentionPolicyInput) string { return in.LogGroupName })),
			api.Op("DeleteRetentionPolicy", s.deleteRetentionPolicy, on(s, "DeleteRetentionPolicy", func(in *LogGroupInput) string { return in.LogGroupName })),
			api.Op("FilterLogEvents", s.filterLogEvents, on(s, "FilterLogEvents", (*FilterLogEventsInput).group)),
			api.Op("GetLogEvents", s.getLogEvents, api.On("logs:GetLogEvents", func(in *GetLogEventsInput) string {
				return s.streamARN(in.group(), in.LogStreamName)
			})),
			api.Op("TagResource", s.tagResource, api.On("logs:TagResource", func(in *TagResourceInput) string { return in.ResourceArn })),
			api.Op("UntagResource", s.untagResource, api.On("logs:UntagResource", func(in *UntagResourceInput) string { return in.ResourceArn })),
			api.Op("ListTagsForResource", s.listTagsForResource, api.On("logs:ListTagsForResource", func(in *ResourceInput) string { return in.ResourceArn })),
		),
	}
}

// on needs the action on the group that the input names, as IAM has it: with the
// stream of no name.
func on[I any](s *Service, action string, group func(*I) string) api.Option {
	return api.On("logs:"+action, func(in *I) string { return s.streamARN(group(in), "") })
}

func (s *Service) streamARN(group, stream string) string {
	return s.Env.ARN("logs", "log-group:"+group+":log-stream:"+stream)
}

// arn is a group's ARN as the API writes it, with the star.
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
