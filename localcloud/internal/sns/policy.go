package sns

// policyOf is the policy of the topic that a message is for.
func (s *Service) policyOf(topicARN string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.topics[topicARN]
	if !ok {
		return defaultPolicy(topicARN, s.Env.Account) // the operation says that it is not there
	}
	return t.policy(s.Env.Account)
}

// policy is the one that the topic was given, or else one that lets in its
// account, and CloudWatch's alarms for it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
func (t *topic) policy(account string) string {
	if given := t.attributes["Policy"]; given != "" {
		return given
	}
	return defaultPolicy(t.arn, account)
}

func defaultPolicy(topicARN, account string) string {
	return marshal(map[string]any{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []any{map[string]any{
		"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"},
		"Action": []string{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
			"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
		"Resource": topicARN, "Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceOwner": account}}}}})
}
