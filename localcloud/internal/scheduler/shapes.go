package scheduler

import "time"

// Inputs and outputs have the service's member names.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Types.html
type (
	// ScheduleInput is a whole schedule, to create or to put in another's place.
	ScheduleInput struct {
		Name, GroupName, Description *string
		ScheduleExpression           *string
		ScheduleExpressionTimezone   *string
		StartDate, EndDate           *time.Time
		State, ActionAfterCompletion *string
		FlexibleTimeWindow           FlexibleTimeWindow
		KmsKeyArn, ClientToken       *string
		Target                       Target
	}
	// FlexibleTimeWindow is how long after its time a schedule may run, in minutes.
	FlexibleTimeWindow struct {
		Mode                   *string
		MaximumWindowInMinutes *int32
	}
	// Target is what a schedule calls, and in which role.
	Target struct {
		Arn, RoleArn, Input         *string
		DeadLetterConfig            *DeadLetterConfig
		RetryPolicy                 *RetryPolicy
		EventBridgeParameters       *EventBridgeParameters
		SqsParameters               *SQSParameters
		EcsParameters               map[string]any
		KinesisParameters           map[string]any
		SageMakerPipelineParameters map[string]any
	}
	// DeadLetterConfig names the queue for what could not be delivered.
	DeadLetterConfig struct{ Arn *string }
	// RetryPolicy bounds the tries.
	RetryPolicy struct{ MaximumEventAgeInSeconds, MaximumRetryAttempts *int32 }
	// EventBridgeParameters are an event's, where the target is a bus.
	EventBridgeParameters struct{ DetailType, Source *string }
	// SQSParameters are a message's, where the target is a FIFO queue.
	SQSParameters struct{ MessageGroupId *string }
	// ScheduleARN is the answer to what was created or changed.
	ScheduleARN struct{ ScheduleArn *string }
	// ScheduleName names a schedule.
	ScheduleName struct{ Name, GroupName, ClientToken *string }
	// Schedule is one as it is.
	Schedule struct {
		Arn, Name, GroupName, Description  *string
		ScheduleExpression                 *string
		ScheduleExpressionTimezone         *string
		StartDate, EndDate                 *time.Time
		State, ActionAfterCompletion       *string
		FlexibleTimeWindow                 FlexibleTimeWindow
		KmsKeyArn                          *string
		Target                             Target
		CreationDate, LastModificationDate *time.Time
	}
	// SchedulesInput asks for schedules.
	SchedulesInput struct {
		GroupName, NamePrefix, State, NextToken *string
		MaxResults                              *int32
	}
	// Schedules is a page of them.
	Schedules struct {
		Schedules []Summary
		NextToken *string
	}
	// Summary is a schedule in a list.
	Summary struct {
		Arn, Name, GroupName, State        *string
		Target                             TargetARN
		CreationDate, LastModificationDate *time.Time
	}
	// TargetARN is a target in a list.
	TargetARN struct{ Arn *string }
	// GroupInput names a group.
	GroupInput struct {
		Name, ClientToken *string
		Tags              []Tag
	}
	// GroupARN is the answer to what was created.
	GroupARN struct{ ScheduleGroupArn *string }
	// Group is one as it is.
	Group struct {
		Arn, Name, State                   *string
		CreationDate, LastModificationDate *time.Time
	}
	// GroupsInput asks for groups.
	GroupsInput struct {
		NamePrefix, NextToken *string
		MaxResults            *int32
	}
	// Groups is a page of them.
	Groups struct {
		ScheduleGroups []Group
		NextToken      *string
	}
	// Tag is a key with its value.
	Tag struct{ Key, Value *string }
	// TagsInput names a group, and tags to set or keys to take.
	TagsInput struct {
		ResourceArn *string
		Tags        []Tag
		TagKeys     []string
	}
	// Tags of a group.
	Tags struct{ Tags []Tag }
	// Nothing has no members.
	Nothing struct{}
)
