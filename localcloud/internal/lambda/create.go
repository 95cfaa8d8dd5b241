package lambda

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

func (s *Service) createFunction(ctx context.Context, _ api.Caller, in *lambda.CreateFunctionInput) (*lambda.CreateFunctionOutput, error) {
	n, err := s.name(api.Deref(in.FunctionName), "")
	if err != nil {
		return nil, err
	}
	if err := checkNew(in); err != nil {
		return nil, err
	}
	if err := supported(in); err != nil {
		return nil, err
	}
	config := s.newConfig(n.function, in)
	if err := checkConfig(&config); err != nil {
		return nil, err
	}
	code, err := s.fetch(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	unpacked, err := s.unpack(code)
	if err != nil {
		return nil, err
	}
	if err := runsHere(in.Runtime, unpacked); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.functions[n.function]; exists {
		return nil, failed("ResourceConflictException", "Function already exist: %s", n.function)
	}
	if err := s.room(unpacked.size); err != nil {
		return nil, err
	}
	f := newFunction(n.function)
	f.published = s.numbers[n.function]
	maps.Copy(f.tags, in.Tags)
	f.latest = &version{config: config}
	unpacked.into(f.latest)
	f.latest.pool = s.pool(f.latest, onDemand)
	s.creating(f.latest)
	s.functions[n.function] = f
	answer := s.shown(f.latest, "")
	if in.Publish {
		// The answer is $LATEST's but for the number, as recorded.
		published := s.publish(f, nil)
		s.creating(published)
		published.settles = f.latest.settles // both at one moment
		answer.Version, answer.RevisionId = published.config.Version, published.config.RevisionId
	}
	return as[lambda.CreateFunctionOutput](answer), nil
}

// checkNew holds a new function's members to their constraints.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
func checkNew(in *lambda.CreateFunctionInput) error {
	if in.Role == nil {
		return api.Errorf("ValidationException", "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null")
	}
	var wrong violations
	wrong.tooLong(api.Deref(in.Handler), "handler", maxHandler)
	among(&wrong, in.PackageType, "packageType", in.PackageType.Values())
	wrong.architectures(in.Architectures)
	if in.TracingConfig != nil {
		among(&wrong, in.TracingConfig.Mode, "tracingConfig.mode", in.TracingConfig.Mode.Values())
	}
	return wrong.err()
}

// supported refuses by name what cannot be rehearsed here.
func supported(in *lambda.CreateFunctionInput) error {
	switch {
	case in.PackageType == types.PackageTypeImage:
		return unsupported("container images (PackageType Image)")
	case len(in.Layers) > 0:
		return unsupported("Layers")
	case len(in.FileSystemConfigs) > 0:
		return unsupported("FileSystemConfigs")
	case in.CodeSigningConfigArn != nil:
		return unsupported("CodeSigningConfigArn")
	case in.ImageConfig != nil:
		return unsupported("ImageConfig")
	case in.Runtime == "" || api.Deref(in.Handler) == "":
		return invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return nil
}

func (s *Service) newConfig(function string, in *lambda.CreateFunctionInput) types.FunctionConfiguration {
	config := types.FunctionConfiguration{
		FunctionName: &function, FunctionArn: new(s.arn(function, "")), Version: new(latestVersion),
		Runtime: in.Runtime, Role: in.Role, Handler: in.Handler, Description: new(api.Deref(in.Description)),
		Timeout: or(in.Timeout, 3), MemorySize: or(in.MemorySize, 128), PackageType: types.PackageTypeZip,
		Architectures: slices.Clone(in.Architectures), DeadLetterConfig: in.DeadLetterConfig, KMSKeyArn: in.KMSKeyArn,
		EphemeralStorage: or(in.EphemeralStorage, types.EphemeralStorage{Size: new(int32(512))}),
		TracingConfig:    tracing(in.TracingConfig), Environment: environment(in.Environment),
		LoggingConfig: logging(nil, in.LoggingConfig, function), VpcConfig: vpc(in.VpcConfig),
		SnapStart: snapStart(in.SnapStart),
	}
	if len(config.Architectures) == 0 {
		config.Architectures = []types.Architecture{types.ArchitectureX8664}
	}
	return config
}

func (s *Service) deleteFunction(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionInput) (*lambda.DeleteFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), api.Deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	switch {
	case n.qualifier == latestVersion:
		return nil, invalid("$LATEST version cannot be deleted without deleting the function.")
	case n.qualifier != "" && !isNumber(n.qualifier):
		return nil, invalid("Deletion of aliases is not currently supported.")
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, "")
	}
	if n.qualifier != "" {
		return nil, f.deleteVersion(n.qualifier)
	}
	delete(s.functions, n.function)
	s.numbers[n.function] = f.published
	for _, pool := range f.pools() {
		pool.Retire()
	}
	return nil, nil
}
