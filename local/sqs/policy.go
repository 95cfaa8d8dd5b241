package sqs

// policyOf is the policy of the queue that a message is for; none lets only its
// account in.
func (s *Service) policyOf(in *SendMessageInput) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}}` // the operation says that it is not there
	}
	return q.attributes["Policy"]
}
