package sqs

// policyOf is the policy of the queue that a message is for; none lets only its
// account in.
func (s *Service) policyOf(in *SendMessageInput) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		// The operation tells a service that there is no queue; a role's own
		// policies decide whether its sessions are told.
		return `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Condition": {"Null": {"aws:PrincipalArn": "true"}}}}`
	}
	return q.attributes["Policy"]
}
