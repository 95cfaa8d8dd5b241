package states

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud/internal/api"
)

func (s *Service) operations() map[string]api.Operation {
	table := api.Table(
		api.Op("CreateStateMachine", s.createStateMachine, api.On("states:CreateStateMachine", func(in *sfn.CreateStateMachineInput) string {
			return s.Env.ARN("states", "stateMachine:"+aws.ToString(in.Name))
		}), api.PassesRole("states.amazonaws.com", func(in *sfn.CreateStateMachineInput) []*string { return []*string{in.RoleArn} })),
		api.Op("UpdateStateMachine", s.updateStateMachine, api.On("states:UpdateStateMachine", func(in *sfn.UpdateStateMachineInput) string {
			return aws.ToString(in.StateMachineArn)
		}), api.PassesRole("states.amazonaws.com", func(in *sfn.UpdateStateMachineInput) []*string { return []*string{in.RoleArn} })),
		api.Op("DescribeStateMachine", s.describeStateMachine, api.On("states:DescribeStateMachine", func(in *sfn.DescribeStateMachineInput) string {
			return aws.ToString(in.StateMachineArn)
		})),
		api.Op("DeleteStateMachine", s.deleteStateMachine, api.On("states:DeleteStateMachine", func(in *sfn.DeleteStateMachineInput) string {
			return aws.ToString(in.StateMachineArn)
		})),
		api.Op("ListStateMachines", s.listStateMachines, api.On("states:ListStateMachines", func(*sfn.ListStateMachinesInput) string {
			return s.Env.ARN("states", "stateMachine:*")
		})),
		api.Op("ValidateStateMachineDefinition", s.validateStateMachineDefinition),
		api.Op("TagResource", s.tagResource, api.On("states:TagResource", func(in *sfn.TagResourceInput) string {
			return aws.ToString(in.ResourceArn)
		})),
		api.Op("UntagResource", s.untagResource, api.On("states:UntagResource", func(in *sfn.UntagResourceInput) string {
			return aws.ToString(in.ResourceArn)
		})),
		api.Op("ListTagsForResource", s.listTagsForResource, api.On("states:ListTagsForResource", func(in *sfn.ListTagsForResourceInput) string {
			return aws.ToString(in.ResourceArn)
		})),
		api.Op("StartExecution", s.startExecution, api.On("states:StartExecution", func(in *sfn.StartExecutionInput) string {
			return aws.ToString(in.StateMachineArn)
		})),
		api.Op("DescribeExecution", s.describeExecution, api.On("states:DescribeExecution", func(in *sfn.DescribeExecutionInput) string {
			return aws.ToString(in.ExecutionArn)
		})),
		api.Op("DescribeStateMachineForExecution", s.describeStateMachineForExecution, api.On("states:DescribeStateMachineForExecution", func(in *sfn.DescribeStateMachineForExecutionInput) string {
			return aws.ToString(in.ExecutionArn)
		})),
		api.Op("ListExecutions", s.listExecutions, api.On("states:ListExecutions", func(in *sfn.ListExecutionsInput) string {
			return aws.ToString(in.StateMachineArn)
		})),
		api.Op("GetExecutionHistory", s.getExecutionHistory, api.On("states:GetExecutionHistory", func(in *sfn.GetExecutionHistoryInput) string {
			return aws.ToString(in.ExecutionArn)
		})),
		api.Op("StopExecution", s.stopExecution, api.On("states:StopExecution", func(in *sfn.StopExecutionInput) string {
			return aws.ToString(in.ExecutionArn)
		})),
		api.Op("RedriveExecution", s.redriveExecution, api.On("states:RedriveExecution", func(in *sfn.RedriveExecutionInput) string {
			return aws.ToString(in.ExecutionArn)
		})),
		api.Op("SendTaskSuccess", s.sendTaskSuccess, api.On("states:SendTaskSuccess", func(in *sfn.SendTaskSuccessInput) string {
			return s.tokens.machineOf(in.TaskToken)
		})),
		api.Op("SendTaskFailure", s.sendTaskFailure, api.On("states:SendTaskFailure", func(in *sfn.SendTaskFailureInput) string {
			return s.tokens.machineOf(in.TaskToken)
		})),
		api.Op("SendTaskHeartbeat", s.sendTaskHeartbeat, api.On("states:SendTaskHeartbeat", func(in *sfn.SendTaskHeartbeatInput) string {
			return s.tokens.machineOf(in.TaskToken)
		})),
	)
	for name, op := range table {
		table[name] = limited(op)
	}
	return table
}
