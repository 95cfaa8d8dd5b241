package states

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/local/api"
)

func (s *Service) testState(context.Context, api.Caller, *sfn.TestStateInput) (*sfn.TestStateOutput, error) {
	return nil, api.StatusErrorf(501, "NotImplemented", "TestState: not emulated yet")
}
