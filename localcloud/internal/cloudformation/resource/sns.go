package resource

import (
	"context"
	"encoding/json"
)

// topicAttributes are the properties that SNS holds as attributes. Those of FIFO
// topics are not among them: the local cloud has none.
var topicAttributes = []string{"DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"}

var snsTags = tagging{service: "sns", tag: "TagResource", untag: "UntagResource", arn: "ResourceArn", tags: "Tags"}

func topic() Kind {
	return Kind{
		Properties: append([]string{"Tags", "TopicName"}, topicAttributes...),
		Immutable:  []string{"TopicName"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			name := r.text("TopicName")
			if name == "" {
				name = r.uniqueName(256)
			}
			in := r.take("Tags")
			in["Name"], in["Attributes"] = name, optionalMap(attributes(r.Properties, topicAttributes))
			out, err := r.call(ctx, "sns", "CreateTopic", in)
			arn := textOf(out["TopicArn"])
			return Result{Physical: arn, Attributes: map[string]any{"TopicArn": arn, "TopicName": name}}, err
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical, Attributes: r.Attributes}
			if err := setAttributes(ctx, r, topicAttributes, func(name, value string) error {
				_, err := r.call(ctx, "sns", "SetTopicAttributes", map[string]any{
					"TopicArn": r.Physical, "AttributeName": name, "AttributeValue": value,
				})
				return err
			}); err != nil {
				return kept, err
			}
			return kept, snsTags.retag(ctx, r, r.Physical)
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "sns", "DeleteTopic", map[string]any{"TopicArn": r.Physical})
			return ignoring(err, "NotFound", "NotFoundException")
		},
	}
}

// attributes takes the named properties as the texts that SNS and SQS hold;
// structures become JSON.
func attributes(properties map[string]any, names []string) map[string]any {
	var found map[string]any
	for _, name := range names {
		value, present := properties[name]
		if !present {
			continue
		}
		if found == nil {
			found = map[string]any{}
		}
		found[name] = attribute(value)
	}
	return found
}

func attribute(value any) string {
	switch value := value.(type) {
	case map[string]any, []any:
		encoded, err := json.Marshal(value)
		if err != nil {
			panic(err) // trees of a parsed template always encode
		}
		return string(encoded)
	default:
		return textOf(value)
	}
}

// setAttributes sets the attributes that changed; one that left the template is
// emptied.
func setAttributes(_ context.Context, r *Request, names []string, set func(name, value string) error) error {
	before, after := attributes(r.Old, names), attributes(r.Properties, names)
	for _, name := range names {
		old, had := before[name]
		value, has := after[name]
		if had == has && old == value {
			continue
		}
		if err := set(name, textOf(value)); err != nil {
			return err
		}
	}
	return nil
}

// subscriptionAttributes are the properties that SNS holds as attributes of a
// subscription.
var subscriptionAttributes = []string{"FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"}

func subscription() Kind {
	return Kind{
		Properties: append([]string{"Endpoint", "Protocol", "TopicArn"}, subscriptionAttributes...),
		Required:   []string{"Protocol", "TopicArn"},
		Immutable:  []string{"Endpoint", "Protocol", "TopicArn"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			in := r.take("Endpoint", "Protocol", "TopicArn")
			in["Attributes"] = optionalMap(attributes(r.Properties, subscriptionAttributes))
			in["ReturnSubscriptionArn"] = true
			out, err := r.call(ctx, "sns", "Subscribe", in)
			arn := textOf(out["SubscriptionArn"])
			return Result{Physical: arn, Attributes: map[string]any{"Arn": arn}}, err
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			return Result{Physical: r.Physical, Attributes: r.Attributes}, setAttributes(ctx, r, subscriptionAttributes, func(name, value string) error {
				if name == "RawMessageDelivery" && value == "" {
					value = "false"
				}
				_, err := r.call(ctx, "sns", "SetSubscriptionAttributes", map[string]any{
					"SubscriptionArn": r.Physical, "AttributeName": name, "AttributeValue": value,
				})
				return err
			})
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "sns", "Unsubscribe", map[string]any{"SubscriptionArn": r.Physical})
			return ignoring(err, "NotFound", "NotFoundException")
		},
	}
}
