package resource

import (
	"context"
	"encoding/json"
)

// attachedPolicy is a resource policy set on several topics or queues. It has
// no existence of its own: to delete it is to set what was there without it.
type attachedPolicy struct {
	list    string // the property that lists the topics or queues
	set     func(ctx context.Context, r *Request, on, policy string) error
	without func(r *Request, on string) string
	gone    []string // codes of a topic or queue that is gone
}

func (p attachedPolicy) kind() Kind {
	put := func(ctx context.Context, r *Request) (Result, error) {
		made := Result{Physical: r.keptOr(r.uniqueName(128))}
		policy, err := document(r.Properties["PolicyDocument"])
		if err != nil {
			return made, err
		}
		on := texts(r.Properties[p.list])
		for _, one := range on {
			if err := p.set(ctx, r, one, policy); err != nil {
				return made, err
			}
		}
		return made, p.clear(ctx, r, lacking(texts(r.Old[p.list]), on))
	}
	return Kind{
		Properties: []string{"PolicyDocument", p.list},
		Required:   []string{"PolicyDocument", p.list},
		Create:     put,
		Update:     put,
		Delete: func(ctx context.Context, r *Request) error {
			return p.clear(ctx, r, texts(r.Properties[p.list]))
		},
	}
}

func (p attachedPolicy) clear(ctx context.Context, r *Request, from []string) error {
	for _, one := range from {
		if err := ignoring(p.set(ctx, r, one, p.without(r, one)), p.gone...); err != nil {
			return err
		}
	}
	return nil
}

func topicPolicy() Kind {
	return attachedPolicy{
		list: "Topics",
		set: func(ctx context.Context, r *Request, on, policy string) error {
			_, err := r.call(ctx, "sns", "SetTopicAttributes", map[string]any{
				"TopicArn": on, "AttributeName": "Policy", "AttributeValue": policy,
			})
			return err
		},
		without: defaultTopicPolicy,
		gone:    []string{"NotFound", "NotFoundException"},
	}.kind()
}

// defaultTopicPolicy is what a topic has when nobody set a policy: its account
// may use it.
func defaultTopicPolicy(r *Request, topic string) string {
	actions := []string{
		"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
		"SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
	}
	encoded, err := json.Marshal(map[string]any{
		"Version": "2008-10-17", "Id": "__default_policy_ID",
		"Statement": []any{map[string]any{
			"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"},
			"Action": actions, "Resource": topic,
			"Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceOwner": r.Env.Account}},
		}},
	})
	if err != nil {
		panic(err) // texts always encode
	}
	return string(encoded)
}

func queuePolicy() Kind {
	return attachedPolicy{
		list: "Queues",
		set: func(ctx context.Context, r *Request, on, policy string) error {
			_, err := r.call(ctx, "sqs", "SetQueueAttributes", map[string]any{
				"QueueUrl": on, "Attributes": map[string]any{"Policy": policy},
			})
			return err
		},
		without: func(*Request, string) string { return "" },
		gone:    queueGone,
	}.kind()
}
