package cloudformation

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"weir/localcloud/internal/api"
)

// operations describes what the service answers and what IAM must allow.
func (s *Service) operations() []api.Operation {
	type (
		createStack    = cloudformation.CreateStackInput
		updateStack    = cloudformation.UpdateStackInput
		deleteStack    = cloudformation.DeleteStackInput
		describeStacks = cloudformation.DescribeStacksInput
		describeEvents = cloudformation.DescribeStackEventsInput
		describeParts  = cloudformation.DescribeStackResourcesInput
		describePart   = cloudformation.DescribeStackResourceInput
		listParts      = cloudformation.ListStackResourcesInput
		getTemplate    = cloudformation.GetTemplateInput
		createSet      = cloudformation.CreateChangeSetInput
		describeSet    = cloudformation.DescribeChangeSetInput
		executeSet     = cloudformation.ExecuteChangeSetInput
		deleteSet      = cloudformation.DeleteChangeSetInput
		listSets       = cloudformation.ListChangeSetsInput
		summary        = cloudformation.GetTemplateSummaryInput
		protection     = cloudformation.UpdateTerminationProtectionInput
		rollback       = cloudformation.RollbackStackInput
		carryOn        = cloudformation.ContinueUpdateRollbackInput
		allEvents      = cloudformation.DescribeEventsInput
	)
	return []api.Operation{
		api.Op("CreateStack", s.createStack, on(s, "CreateStack", func(in *createStack) *string { return in.StackName }),
			api.PassesRole(principal, func(in *createStack) []*string { return []*string{in.RoleARN} })),
		api.Op("UpdateStack", s.updateStack, on(s, "UpdateStack", func(in *updateStack) *string { return in.StackName }),
			api.PassesRole(principal, func(in *updateStack) []*string { return []*string{in.RoleARN} })),
		api.Op("DeleteStack", s.deleteStack, on(s, "DeleteStack", func(in *deleteStack) *string { return in.StackName }),
			api.PassesRole(principal, func(in *deleteStack) []*string { return []*string{in.RoleARN} })),
		api.Op("DescribeStacks", s.describeStacks, on(s, "DescribeStacks", func(in *describeStacks) *string { return in.StackName })),
		api.Op("DescribeStackEvents", s.describeStackEvents, on(s, "DescribeStackEvents", func(in *describeEvents) *string { return in.StackName })),
		api.Op("DescribeStackResources", s.describeStackResources, on(s, "DescribeStackResources", func(in *describeParts) *string { return in.StackName })),
		api.Op("DescribeStackResource", s.describeStackResource, on(s, "DescribeStackResource", func(in *describePart) *string { return in.StackName })),
		api.Op("ListStackResources", s.listStackResources, on(s, "ListStackResources", func(in *listParts) *string { return in.StackName })),
		api.Op("GetTemplate", s.getTemplate, on(s, "GetTemplate", func(in *getTemplate) *string { return in.StackName })),
		api.Op("DescribeEvents", s.describeEvents, on(s, "DescribeEvents", func(in *allEvents) *string { return in.StackName })),
		api.Op("RollbackStack", s.rollbackStack, api.Refuses("RetainExceptOnCreate"), on(s, "RollbackStack", func(in *rollback) *string { return in.StackName }),
			api.PassesRole(principal, func(in *rollback) []*string { return []*string{in.RoleARN} })),
		api.Op("ContinueUpdateRollback", s.continueRollback, on(s, "ContinueUpdateRollback", func(in *carryOn) *string { return in.StackName }),
			api.PassesRole(principal, func(in *carryOn) []*string { return []*string{in.RoleARN} })),
		api.Op("SignalResource", s.signalResource),
		api.Op("ListExports", s.listExports),
		api.Op("ListImports", s.listImports),
		api.Op("ListStacks", s.listStacks),
		api.Op("CreateChangeSet", s.createChangeSet, on(s, "CreateChangeSet", func(in *createSet) *string { return in.StackName }),
			api.PassesRole(principal, func(in *createSet) []*string { return []*string{in.RoleARN} })),
		api.Op("DescribeChangeSet", s.describeChangeSet, on(s, "DescribeChangeSet", func(in *describeSet) *string { return in.StackName }),
			api.Refuses("IncludePropertyValues")),
		api.Op("ExecuteChangeSet", s.executeChangeSet, api.Refuses("RetainExceptOnCreate"), on(s, "ExecuteChangeSet", func(in *executeSet) *string { return in.StackName })),
		api.Op("DeleteChangeSet", s.deleteChangeSet, on(s, "DeleteChangeSet", func(in *deleteSet) *string { return in.StackName })),
		api.Op("ListChangeSets", s.listChangeSets, on(s, "ListChangeSets", func(in *listSets) *string { return in.StackName })),
		api.Op("GetTemplateSummary", s.getTemplateSummary, on(s, "GetTemplateSummary", func(in *summary) *string { return in.StackName })),
		api.Op("ValidateTemplate", s.validateTemplate),
		api.Op("UpdateTerminationProtection", s.protect, on(s, "UpdateTerminationProtection", func(in *protection) *string { return in.StackName })),
	}
}

// on needs the action on the stack that the input names.
func on[I any](s *Service, action string, name func(*I) *string) api.Option {
	return api.On("cloudformation:"+action, func(in *I) string { return s.arnOf(aws.ToString(name(in))) })
}

// arnOf is the ARN of a stack for IAM, whether or not it exists.
func (s *Service) arnOf(nameOrID string) string {
	if nameOrID == "" {
		return "*"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.find(nameOrID); ok {
		return found.id
	}
	return s.env.ARN("cloudformation", "stack/"+nameOrID+"/*")
}
