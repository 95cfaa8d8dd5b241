package resource

import "context"

func logGroup() Kind {
	return Kind{
		Properties: []string{"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"},
		Immutable:  []string{"LogGroupClass", "LogGroupName"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			name := r.named("LogGroupName", 512)
			in := r.take("KmsKeyId", "LogGroupClass")
			in["LogGroupName"], in["Tags"] = name, optionalMap(tagMap(r.Properties["Tags"]))
			if _, err := r.call(ctx, "logs", "CreateLogGroup", in); err != nil {
				return Result{}, err
			}
			made := Result{Physical: name, Attributes: map[string]any{"Arn": r.Env.ARN("logs", "log-group:"+name+":*")}}
			return made, retain(ctx, r, name)
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical, Attributes: r.Attributes}
			if err := retain(ctx, r, r.Physical); err != nil {
				return kept, err
			}
			arn := r.Env.ARN("logs", "log-group:"+r.Physical)
			return kept, tagging{service: "logs", tag: "TagResource", untag: "UntagResource", arn: "ResourceArn", tags: "Tags", asMap: true}.retag(ctx, r, arn)
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "logs", "DeleteLogGroup", map[string]any{"LogGroupName": r.Physical})
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

// retain sets how many days events are kept, or lifts the limit.
func retain(ctx context.Context, r *Request, name string) error {
	if days, given := r.Properties["RetentionInDays"]; given {
		_, err := r.call(ctx, "logs", "PutRetentionPolicy", map[string]any{"LogGroupName": name, "RetentionInDays": days})
		return err
	}
	if _, had := r.Old["RetentionInDays"]; !had {
		return nil
	}
	_, err := r.call(ctx, "logs", "DeleteRetentionPolicy", map[string]any{"LogGroupName": name})
	return err
}
