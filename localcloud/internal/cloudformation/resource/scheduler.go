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

var schedulerTags = tagging{service: "scheduler", tag: "TagResource", untag: "UntagResource", arn: "ResourceArn", tags: "Tags"}

func scheduleGroup() Kind {
	describe := func(ctx context.Context, r *Request, name string) (Result, error) {
		out, err := r.call(ctx, "scheduler", "GetScheduleGroup", map[string]any{"Name": name})
		attributes := map[string]any{}
		for _, attribute := range []string{"Arn", "CreationDate", "LastModificationDate", "State"} {
			attributes[attribute] = textOf(out[attribute])
		}
		return Result{Physical: name, Attributes: attributes}, err
	}
	return Kind{
		Properties: []string{"Name", "Tags"},
		Immutable:  []string{"Name"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			in := r.take("Tags")
			name := r.named("Name", 64)
			in["Name"] = name
			if _, err := r.call(ctx, "scheduler", "CreateScheduleGroup", in); err != nil {
				return Result{}, err
			}
			return describe(ctx, r, name)
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical, Attributes: r.Attributes}
			return kept, schedulerTags.retag(ctx, r, textOf(r.Attributes["Arn"]))
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "scheduler", "DeleteScheduleGroup", map[string]any{"Name": r.Physical})
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}
