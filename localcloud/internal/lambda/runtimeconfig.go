package lambda

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

// runtimeConfig says when a function's runtime is updated. It is kept and shown;
// the local cloud runs functions on the programs of this machine whatever it
// says.
type runtimeConfig struct {
	on      types.UpdateRuntimeOn
	version *string
}

func (s *Service) putRuntimeConfig(_ context.Context, _ api.Caller, in *lambda.PutRuntimeManagementConfigInput) (*lambda.PutRuntimeManagementConfigOutput, error) {
	var wrong violations
	among(&wrong, in.UpdateRuntimeOn, "updateRuntimeOn", in.UpdateRuntimeOn.Values())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if manual := in.UpdateRuntimeOn == types.UpdateRuntimeOnManual; manual != (api.Deref(in.RuntimeVersionArn) != "") {
		return nil, invalid("RuntimeVersionArn is required for Manual, and only then.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, q, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	f.runtimes[q] = runtimeConfig{in.UpdateRuntimeOn, in.RuntimeVersionArn}
	return &lambda.PutRuntimeManagementConfigOutput{FunctionArn: new(s.arn(f.name, q)), UpdateRuntimeOn: in.UpdateRuntimeOn, RuntimeVersionArn: in.RuntimeVersionArn}, nil
}

func (s *Service) getRuntimeConfig(_ context.Context, _ api.Caller, in *lambda.GetRuntimeManagementConfigInput) (*lambda.GetRuntimeManagementConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, q, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	config, ok := f.runtimes[q]
	if !ok {
		config.on = types.UpdateRuntimeOnAuto
	}
	return &lambda.GetRuntimeManagementConfigOutput{FunctionArn: new(s.arn(f.name, q)), UpdateRuntimeOn: config.on, RuntimeVersionArn: config.version}, nil
}
