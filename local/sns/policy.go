package sns

import "github.com/aws/aws-sdk-go-v2/service/sns"

// policyOf is the policy of the topic that a message is for. A topic that was
// given none has one that lets in its account, and CloudWatch's alarms for it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
func (s *Service) policyOf(in *sns.PublishInput) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.topics[deref(in.TopicArn)]
	if !ok {
		return defaultPolicy(deref(in.TopicArn), s.Env.Account) // the operation says that it is not there
	}
	if given := t.attributes["Policy"]; given != "" {
		return given
	}
	return defaultPolicy(t.arn, s.Env.Account)
}

func defaultPolicy(topicARN, account string) string {
	return marshal(map[string]any{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []any{map[string]any{
		"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"},
		"Action": []string{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
			"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
		"Resource": topicARN, "Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceOwner": account}}}}})
}
