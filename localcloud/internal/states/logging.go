package states

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// logging checks where a machine is to log to and fills in the defaults.
func (s *Service) logging(ctx context.Context, given *types.LoggingConfiguration) (*types.LoggingConfiguration, error) {
	filled := types.LoggingConfiguration{}
	if given != nil {
		filled = *given
	}
	if filled.Level == "" {
		filled.Level = types.LogLevelOff
	}
	n := len(filled.Destinations)
	if n > 1 || n == 0 && filled.Level != types.LogLevelOff {
		return nil, api.Errorf("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination.")
	}
	for _, destination := range filled.Destinations {
		found, err := s.groupExists(ctx, destination.CloudWatchLogsLogGroup)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, api.Errorf("InvalidLoggingConfiguration", "Invalid Logging Configuration: Log Destination not found.")
		}
	}
	return &filled, nil
}

// groupExists asks CloudWatch Logs for a group; without that service any will do.
func (s *Service) groupExists(ctx context.Context, group *types.CloudWatchLogsLogGroup) (bool, error) {
	logs, ok := s.Bus.Service("logs")
	if !ok {
		return true, nil
	}
	if group == nil {
		return false, nil
	}
	_, name, _ := strings.Cut(aws.ToString(group.LogGroupArn), ":log-group:")
	name = strings.TrimSuffix(name, ":*")
	in := logs.Operations["DescribeLogGroups"].New()
	if err := fill(in, ordered.New().Set("LogGroupNamePrefix", name)); err != nil {
		return false, err
	}
	out, err := s.Bus.Call(ctx, api.Operator(s.Env), "logs", "DescribeLogGroups", in)
	if err != nil {
		return false, err
	}
	answer, _ := members(out).(*ordered.Object)
	groups, _ := answer.Get("LogGroups").([]any)
	if len(groups) == 0 {
		return false, nil
	}
	first, _ := groups[0].(*ordered.Object) // groups come by name, the shortest first
	return first.Get("LogGroupName") == name, nil
}
