package resource

import "context"

var monitoringTags = tagging{service: "monitoring", tag: "TagResource", untag: "UntagResource", arn: "ResourceARN", tags: "Tags"}

func alarm() Kind {
	return alarmKind("PutMetricAlarm", []string{
		"ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator", "DatapointsToAlarm",
		"Dimensions", "EvaluateLowSampleCountPercentile", "EvaluationPeriods", "ExtendedStatistic", "InsufficientDataActions",
		"MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Tags", "Threshold",
		"TreatMissingData", "Unit",
	}, []string{"ComparisonOperator", "EvaluationPeriods"})
}

func compositeAlarm() Kind {
	return alarmKind("PutCompositeAlarm", []string{
		"ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "AlarmRule", "InsufficientDataActions", "OKActions", "Tags",
	}, []string{"AlarmRule"})
}

// alarmKind is an alarm whose properties are the members of the operation that
// puts it, whole each time: a property left out returns to its default.
func alarmKind(operation string, members, required []string) Kind {
	put := func(ctx context.Context, r *Request) (Result, error) {
		name := r.named("AlarmName", 255)
		made := Result{Physical: name, Attributes: map[string]any{"Arn": r.Env.ARN("cloudwatch", "alarm:"+name)}}
		in := r.take(members...)
		in["AlarmName"] = name
		if r.Physical != "" { // tags of an alarm that exists are not put with it
			delete(in, "Tags")
		}
		if _, err := r.call(ctx, "monitoring", operation, in); err != nil {
			return Result{}, err
		}
		if r.Physical == "" {
			return made, nil
		}
		return made, monitoringTags.retag(ctx, r, textOf(made.Attributes["Arn"]))
	}
	return Kind{
		Properties: members,
		Required:   required,
		Immutable:  []string{"AlarmName"},
		Create:     put,
		Update:     put,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "monitoring", "DeleteAlarms", map[string]any{"AlarmNames": []any{r.Physical}})
			return ignoring(err, "ResourceNotFound")
		},
	}
}

func dashboard() Kind {
	put := func(ctx context.Context, r *Request) (Result, error) {
		body, err := document(r.Properties["DashboardBody"])
		if err != nil {
			return Result{}, err
		}
		name := r.text("DashboardName")
		if name == "" {
			name = r.keptOr(r.LogicalID + "-" + Suffix(12)) // dashboards bear no stack name
		}
		_, err = r.call(ctx, "monitoring", "PutDashboard", map[string]any{"DashboardName": name, "DashboardBody": body})
		return unlessFailed(Result{Physical: name}, err)
	}
	return Kind{
		Properties: []string{"DashboardBody", "DashboardName"},
		Required:   []string{"DashboardBody"},
		Immutable:  []string{"DashboardName"},
		Create:     put,
		Update:     put,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "monitoring", "DeleteDashboards", map[string]any{"DashboardNames": []any{r.Physical}})
			return ignoring(err, "ResourceNotFound", "DashboardNotFoundError")
		},
	}
}
