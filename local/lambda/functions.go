package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"sort"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

func (s *Service) createFunction(ctx context.Context, _ api.Caller, in *lambda.CreateFunctionInput) (*lambda.CreateFunctionOutput, error) {
	n, err := parseName(deref(in.FunctionName), "")
	if err != nil {
		return nil, err
	}
	zip, err := s.code(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	config := types.FunctionConfiguration{
		FunctionName: &n.function, FunctionArn: ptr(s.arn(n.function, "")), Version: ptr(latestVersion),
		Runtime: in.Runtime, Role: in.Role, Handler: in.Handler, Description: ptr(deref(in.Description)),
		Timeout: or(in.Timeout, 3), MemorySize: or(in.MemorySize, 128), PackageType: types.PackageTypeZip,
		Architectures: in.Architectures, DeadLetterConfig: in.DeadLetterConfig, KMSKeyArn: in.KMSKeyArn,
		EphemeralStorage: in.EphemeralStorage, TracingConfig: tracing(in.TracingConfig), Environment: environment(in.Environment),
		LoggingConfig: logging(in.LoggingConfig, n.function), VpcConfig: vpc(in.VpcConfig),
		SnapStart: &types.SnapStartResponse{ApplyOn: types.SnapStartApplyOnNone, OptimizationStatus: types.SnapStartOptimizationStatusOff},
	}
	if len(config.Architectures) == 0 {
		config.Architectures = []types.Architecture{types.ArchitectureX8664}
	}
	if config.EphemeralStorage == nil {
		config.EphemeralStorage = &types.EphemeralStorage{Size: ptr(int32(512))}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.functions[n.function]; exists {
		return nil, &api.Error{Code: "ResourceConflictException", Status: 409, Message: "Function already exist: " + n.function, Fields: map[string]string{"Type": "User"}}
	}
	f := &function{name: n.function, versions: map[string]*version{}, aliases: map[string]*alias{}, tags: map[string]string{},
		policies: map[string][]statement{}, provisioned: map[string]int32{}, retries: map[string]*eventConfig{}, urls: map[string]*types.FunctionUrlConfig{}}
	for key, value := range in.Tags {
		f.tags[key] = value
	}
	f.latest = &version{config: config}
	if err := s.setCode(f.latest, zip); err != nil {
		return nil, err
	}
	s.touch(f.latest)
	f.latest.pool = s.pool(f.latest)
	s.functions[n.function] = f
	answer := f.latest.config
	answer.State, answer.StateReason, answer.StateReasonCode = types.StatePending, ptr("The function is being created."), types.StateReasonCodeCreating
	answer.LastUpdateStatus = ""
	if in.Publish {
		answer = s.publish(f, nil).config
	}
	out := new(lambda.CreateFunctionOutput)
	copyFields(out, &answer)
	return out, nil
}

// setCode unpacks code and notes its hash and size.
func (s *Service) setCode(v *version, zip []byte) error {
	sum := sha256.Sum256(zip)
	folder, err := s.unpack(zip, sum)
	if err != nil {
		return err
	}
	v.code = folder
	v.config.CodeSha256 = ptr(base64.StdEncoding.EncodeToString(sum[:]))
	v.config.CodeSize = int64(len(zip))
	return nil
}

// touch makes a version active, as just modified.
func (s *Service) touch(v *version) {
	v.config.RevisionId = ptr(newID())
	v.config.LastModified = ptr(lastModified(s.Clock.Now()))
	v.config.State, v.config.LastUpdateStatus = types.StateActive, types.LastUpdateStatusSuccessful
}

func (s *Service) getFunction(_ context.Context, _ api.Caller, in *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	out := &lambda.GetFunctionOutput{Configuration: ptr(s.seen(v, qualifier)),
		Code: &types.FunctionCodeLocation{RepositoryType: ptr("S3"), Location: ptr(s.Endpoint() + "/lambda-code/" + f.name)}}
	if len(f.tags) > 0 {
		out.Tags = f.tags
	}
	if f.concurrency != nil {
		out.Concurrency = &types.Concurrency{ReservedConcurrentExecutions: f.concurrency}
	}
	return out, nil
}

func (s *Service) getFunctionConfiguration(_ context.Context, _ api.Caller, in *lambda.GetFunctionConfigurationInput) (*lambda.GetFunctionConfigurationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, v, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	config := s.seen(v, qualifier)
	out := new(lambda.GetFunctionConfigurationOutput)
	copyFields(out, &config)
	return out, nil
}

// seen is a version's configuration as it answers under a qualifier: the ARN
// carries the qualifier that was asked for.
func (s *Service) seen(v *version, qualifier string) types.FunctionConfiguration {
	config := v.config
	if qualifier != "" {
		config.FunctionArn = ptr(s.arn(deref(config.FunctionName), qualifier))
	}
	return config
}

// find resolves a request's function and qualifier. Call with the lock held.
func (s *Service) find(functionName, qualifier *string) (*function, *version, string, error) {
	n, err := parseName(deref(functionName), deref(qualifier))
	if err != nil {
		return nil, nil, "", err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, nil, "", s.notFound(n.function, n.qualifier)
	}
	v, _, err := s.resolve(f, n.qualifier)
	return f, v, n.qualifier, err
}

func (s *Service) listFunctions(context.Context, api.Caller, *lambda.ListFunctionsInput) (*lambda.ListFunctionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &lambda.ListFunctionsOutput{Functions: []types.FunctionConfiguration{}}
	for _, f := range s.functions {
		out.Functions = append(out.Functions, f.latest.config)
	}
	sort.Slice(out.Functions, func(i, j int) bool {
		return deref(out.Functions[i].FunctionName) < deref(out.Functions[j].FunctionName)
	})
	return out, nil
}

func (s *Service) updateFunctionCode(ctx context.Context, _ api.Caller, in *lambda.UpdateFunctionCodeInput) (*lambda.UpdateFunctionCodeOutput, error) {
	zip, err := s.code(ctx, &types.FunctionCode{ZipFile: in.ZipFile, S3Bucket: in.S3Bucket, S3Key: in.S3Key})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	changed := &version{config: f.latest.config}
	if len(in.Architectures) > 0 {
		changed.config.Architectures = in.Architectures
	}
	if err := s.setCode(changed, zip); err != nil {
		return nil, err
	}
	answer := changed.config
	if !in.DryRun {
		s.replaceLatest(f, changed)
		answer = updating(changed.config)
		if in.Publish {
			answer = s.publish(f, nil).config
		}
	}
	out := new(lambda.UpdateFunctionCodeOutput)
	copyFields(out, &answer)
	return out, nil
}

// updating is how an update answers: in progress. The next reader finds it done.
func updating(config types.FunctionConfiguration) types.FunctionConfiguration {
	config.LastUpdateStatus = types.LastUpdateStatusInProgress
	config.LastUpdateStatusReason = ptr("The function is being created.")
	config.LastUpdateStatusReasonCode = types.LastUpdateStatusReasonCode("Creating")
	return config
}

// replaceLatest puts a changed $LATEST in place; the old one's processes end.
func (s *Service) replaceLatest(f *function, changed *version) {
	s.touch(changed)
	changed.pool = s.pool(changed)
	old := f.latest
	f.latest = changed
	go old.pool.Close()
}

func (s *Service) updateFunctionConfiguration(_ context.Context, _ api.Caller, in *lambda.UpdateFunctionConfigurationInput) (*lambda.UpdateFunctionConfigurationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	changed := &version{config: f.latest.config, code: f.latest.code}
	c := &changed.config
	set(&c.Description, in.Description)
	set(&c.Handler, in.Handler)
	set(&c.Role, in.Role)
	set(&c.Timeout, in.Timeout)
	set(&c.MemorySize, in.MemorySize)
	set(&c.DeadLetterConfig, in.DeadLetterConfig)
	set(&c.EphemeralStorage, in.EphemeralStorage)
	set(&c.KMSKeyArn, in.KMSKeyArn)
	set(&c.Environment, environment(in.Environment))
	if in.Runtime != "" {
		c.Runtime = in.Runtime
	}
	if in.TracingConfig != nil {
		c.TracingConfig = tracing(in.TracingConfig)
	}
	if in.LoggingConfig != nil {
		c.LoggingConfig = logging(in.LoggingConfig, f.name)
	}
	if in.VpcConfig != nil {
		c.VpcConfig = vpc(in.VpcConfig)
	}
	s.replaceLatest(f, changed)
	answer := updating(changed.config)
	out := new(lambda.UpdateFunctionConfigurationOutput)
	copyFields(out, &answer)
	return out, nil
}

func (s *Service) deleteFunction(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionInput) (*lambda.DeleteFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := parseName(deref(in.FunctionName), deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, n.qualifier)
	}
	if n.qualifier == "" {
		delete(s.functions, n.function)
		go f.latest.pool.Close()
		for _, v := range f.versions {
			go v.pool.Close()
		}
		return nil, nil
	}
	return nil, s.deleteVersion(f, n.qualifier)
}

// precondition is the compare of a compare-and-swap.
func precondition(expected, actual *string) error {
	if expected == nil || *expected == deref(actual) {
		return nil
	}
	return &api.Error{Code: "PreconditionFailedException", Status: 412, Fields: map[string]string{"Type": "User"},
		Message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"}
}

func set[T any](field **T, value *T) {
	if value != nil {
		*field = value
	}
}

func or(value *int32, standard int32) *int32 {
	if value == nil {
		return &standard
	}
	return value
}

func environment(in *types.Environment) *types.EnvironmentResponse {
	if in == nil {
		return nil
	}
	return &types.EnvironmentResponse{Variables: in.Variables}
}

func tracing(in *types.TracingConfig) *types.TracingConfigResponse {
	if in == nil {
		return &types.TracingConfigResponse{Mode: types.TracingModePassThrough}
	}
	return &types.TracingConfigResponse{Mode: in.Mode}
}

func logging(in *types.LoggingConfig, function string) *types.LoggingConfig {
	out := types.LoggingConfig{LogFormat: types.LogFormatText}
	if in != nil {
		out = *in
	}
	if out.LogFormat == "" {
		out.LogFormat = types.LogFormatText
	}
	if out.LogGroup == nil {
		out.LogGroup = ptr("/aws/lambda/" + function)
	}
	return &out
}

func vpc(in *types.VpcConfig) *types.VpcConfigResponse {
	if in == nil {
		return nil
	}
	return &types.VpcConfigResponse{SubnetIds: in.SubnetIds, SecurityGroupIds: in.SecurityGroupIds}
}
