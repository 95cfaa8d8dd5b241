package lambda

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

// notOfQueues are the members of a mapping that queues do not have, or that the
// local cloud does not serve for them.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
var notOfQueues = []string{
	"AmazonManagedKafkaEventSourceConfig", "BisectBatchOnFunctionError", "DestinationConfig", "DocumentDBEventSourceConfig", "FilterCriteria",
	"KMSKeyArn", "LoggingConfig", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "MetricsConfig", "ParallelizationFactor",
	"ProvisionedPollerConfig", "SelfManagedKafkaEventSourceConfig", "SourceAccessConfigurations", "TumblingWindowInSeconds",
}

// mappingOperations are those on event source mappings. Creating one needs an
// action without a resource.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
func (s *Service) mappingOperations() []api.Operation {
	const (
		all = "/2015-03-31/event-source-mappings"
		one = all + "/{UUID}"
	)
	arn := func(id *string) string { return s.Env.ARN("lambda", "event-source-mapping:"+api.Deref(id)) }
	notAtCreation := append([]string{"Queues", "SelfManagedEventSource", "StartingPosition", "StartingPositionTimestamp", "Topics"}, notOfQueues...)
	return []api.Operation{
		api.Op("CreateEventSourceMapping", s.createMapping, api.Refuses(notAtCreation...), bind("POST", all, 202),
			api.On("lambda:CreateEventSourceMapping", func(*lambda.CreateEventSourceMappingInput) string { return "*" })),
		api.Op("GetEventSourceMapping", s.getMapping, bind("GET", one, 200),
			api.On("lambda:GetEventSourceMapping", func(in *lambda.GetEventSourceMappingInput) string { return arn(in.UUID) })),
		api.Op("UpdateEventSourceMapping", s.updateMapping, api.Refuses(notOfQueues...), bind("PUT", one, 202),
			api.On("lambda:UpdateEventSourceMapping", func(in *lambda.UpdateEventSourceMappingInput) string { return arn(in.UUID) })),
		api.Op("DeleteEventSourceMapping", s.deleteMapping, bind("DELETE", one, 202),
			api.On("lambda:DeleteEventSourceMapping", func(in *lambda.DeleteEventSourceMappingInput) string { return arn(in.UUID) })),
		api.Op("ListEventSourceMappings", s.listMappings, bind("GET", all, 200, "EventSourceArn", "FunctionName", "Marker", "MaxItems"),
			api.On("lambda:ListEventSourceMappings", func(*lambda.ListEventSourceMappingsInput) string { return "*" })),
	}
}
