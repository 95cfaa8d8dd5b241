package resource

import "context"

func schedule() Kind {
	members := []string{
		"Description", "EndDate", "FlexibleTimeWindow", "GroupName", "KmsKeyArn", "Name", "ScheduleExpression",
		"ScheduleExpressionTimezone", "StartDate", "State", "Target",
	}
	// An update replaces the whole schedule, so both send everything.
	send := func(ctx context.Context, r *Request, operation string) (Result, error) {
		in := r.take(members...)
		in["Name"] = r.named("Name", 64)
		out, err := r.call(ctx, "scheduler", operation, in)
		return unlessFailed(Result{Physical: textOf(in["Name"]), Attributes: map[string]any{"Arn": textOf(out["ScheduleArn"])}}, err)
	}
	return Kind{
		Properties: members,
		Required:   []string{"FlexibleTimeWindow", "ScheduleExpression", "Target"},
		Immutable:  []string{"GroupName", "Name"},
		Create:     func(ctx context.Context, r *Request) (Result, error) { return send(ctx, r, "CreateSchedule") },
		Update:     func(ctx context.Context, r *Request) (Result, error) { return send(ctx, r, "UpdateSchedule") },
		Delete: func(ctx context.Context, r *Request) error {
			in := r.take("GroupName")
			in["Name"] = r.Physical
			_, err := r.call(ctx, "scheduler", "DeleteSchedule", in)
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}
