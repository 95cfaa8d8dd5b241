package states

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/ordered"
)

// tokenTable finds the waiting task of a token.
type tokenTable struct {
	mu   sync.Mutex
	open map[string]*callback
}

// callback is a task that waits for SendTask*.
type callback struct {
	*waiter
	machine   string // ARN
	clock     *clock.Clock
	heartbeat time.Duration // 0 is none
	beat      *clock.Timer
}

func (t *tokenTable) add(token string, c *callback) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[token] = c
	t.schedule(c)
}

func (t *tokenTable) remove(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.open[token]; ok && c.beat != nil {
		c.beat.Stop()
	}
	delete(t.open, token)
}

// schedule starts the heartbeat's time anew; the caller holds the lock.
func (t *tokenTable) schedule(c *callback) {
	if c.beat != nil {
		c.beat.Stop()
	}
	if c.heartbeat > 0 {
		c.beat = c.clock.AfterFunc(c.heartbeat, func() { c.wake(nil, &failure{name: errTimeout, heartbeat: true}) })
	}
}

// find looks a token up. AWS answers differently to a token that never was; that
// cannot be told here from one long gone.
func (t *tokenTable) find(token *string) (*callback, error) {
	if aws.ToString(token) == "" || len(*token) > 2048 {
		return nil, api.Errorf("InvalidToken", "Invalid Token: 'Invalid token'")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.open[*token]; ok {
		return c, nil
	}
	if !wellFormedToken(*token) {
		return nil, api.Errorf("InvalidToken", "Invalid Token: 'Invalid token'")
	}
	return nil, errTaskGone()
}

// machineOf is the ARN that IAM is asked about for a token: the state machine's.
// The service authorization reference names no resource type for SendTask*, but
// an account's denial names the state machine:
// https://github.com/NOAA-OWP/hydrovis/issues/837
func (t *tokenTable) machineOf(token *string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.open[aws.ToString(token)]; ok {
		return c.machine
	}
	return "*"
}

func errTaskGone() error {
	return api.Errorf("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
}

func (s *Service) sendTaskSuccess(_ context.Context, _ api.Caller, in *sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error) {
	output := aws.ToString(in.Output)
	if len(output) > maxPayload {
		return nil, api.Errorf("InvalidOutput", "Invalid Output: 'Output exceeds the maximum number of bytes service limit.'")
	}
	c, err := s.tokens.find(in.TaskToken)
	if err != nil {
		return nil, err
	}
	value, err := ordered.Decode(output)
	if err != nil {
		return nil, api.Errorf("InvalidOutput", "Invalid Output: 'Invalid JSON in Output: %v'", err)
	}
	if !c.wake(value, nil) {
		return nil, errTaskGone()
	}
	s.tokens.remove(*in.TaskToken)
	return &sfn.SendTaskSuccessOutput{}, nil
}

func (s *Service) sendTaskFailure(_ context.Context, _ api.Caller, in *sfn.SendTaskFailureInput) (*sfn.SendTaskFailureOutput, error) {
	c, err := s.tokens.find(in.TaskToken)
	if err != nil {
		return nil, err
	}
	if !c.wake(nil, &failure{name: aws.ToString(in.Error), cause: aws.ToString(in.Cause)}) {
		return nil, errTaskGone()
	}
	s.tokens.remove(*in.TaskToken)
	return &sfn.SendTaskFailureOutput{}, nil
}

func (s *Service) sendTaskHeartbeat(_ context.Context, _ api.Caller, in *sfn.SendTaskHeartbeatInput) (*sfn.SendTaskHeartbeatOutput, error) {
	c, err := s.tokens.find(in.TaskToken)
	if err != nil {
		return nil, err
	}
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	s.tokens.schedule(c)
	return &sfn.SendTaskHeartbeatOutput{}, nil
}
