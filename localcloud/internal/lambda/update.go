package lambda

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

func (s *Service) updateFunctionCode(ctx context.Context, caller api.Caller, in *lambda.UpdateFunctionCodeInput) (*lambda.UpdateFunctionCodeOutput, error) {
	if in.ImageUri != nil {
		return nil, invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
	}
	code, err := s.fetch(ctx, &types.FunctionCode{ZipFile: in.ZipFile, S3Bucket: in.S3Bucket, S3Key: in.S3Key, S3ObjectVersion: in.S3ObjectVersion})
	if err != nil {
		return nil, err
	}
	unpacked, err := s.unpack(code)
	if err != nil {
		return nil, err
	}
	var wrong violations
	if wrong.architectures(in.Architectures); len(wrong) > 0 {
		return nil, wrong.err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.settled(caller, in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	if err := runsHere(f.latest.config.Runtime, unpacked); err != nil {
		return nil, err
	}
	changed := &version{config: f.latest.config}
	if len(in.Architectures) > 0 {
		changed.config.Architectures = slices.Clone(in.Architectures)
	}
	unpacked.into(changed)
	if in.DryRun {
		return as[lambda.UpdateFunctionCodeOutput](s.shown(changed, "")), nil
	}
	if err := s.room(unpacked.size - f.latest.config.CodeSize); err != nil {
		return nil, err
	}
	s.replaceLatest(f, changed)
	answer := s.shown(changed, "")
	if in.Publish {
		published := s.publish(f, nil)
		if published.settles.IsZero() && api.Deref(published.config.LastModified) == api.Deref(changed.config.LastModified) {
			s.creating(published)
			published.settles = f.latest.settles // both at one moment
		}
		answer = s.shown(published, "")
	}
	return as[lambda.UpdateFunctionCodeOutput](answer), nil
}

// replaceLatest puts a changed $LATEST in place; the old one's processes finish
// what they are at.
func (s *Service) replaceLatest(f *function, changed *version) {
	s.updating(changed)
	changed.pool = s.pool(changed, onDemand)
	f.latest.pool.Retire()
	f.latest = changed
}

func (s *Service) updateFunctionConfiguration(_ context.Context, caller api.Caller, in *lambda.UpdateFunctionConfigurationInput) (*lambda.UpdateFunctionConfigurationOutput, error) {
	switch {
	case len(in.Layers) > 0:
		return nil, unsupported("Layers")
	case len(in.FileSystemConfigs) > 0:
		return nil, unsupported("FileSystemConfigs")
	case in.ImageConfig != nil:
		return nil, unsupported("ImageConfig")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.settled(caller, in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	changed := &version{config: f.latest.config, folder: f.latest.folder}
	apply(&changed.config, in)
	if err := checkConfig(&changed.config); err != nil {
		return nil, err
	}
	s.replaceLatest(f, changed)
	return as[lambda.UpdateFunctionConfigurationOutput](s.shown(changed, "")), nil
}

// apply sets what an update gives and keeps the rest.
func apply(c *types.FunctionConfiguration, in *lambda.UpdateFunctionConfigurationInput) {
	set(&c.Description, in.Description)
	set(&c.Handler, in.Handler)
	set(&c.Role, in.Role)
	set(&c.Timeout, in.Timeout)
	set(&c.MemorySize, in.MemorySize)
	set(&c.DeadLetterConfig, in.DeadLetterConfig)
	set(&c.EphemeralStorage, in.EphemeralStorage)
	set(&c.KMSKeyArn, in.KMSKeyArn)
	set(&c.Environment, environment(in.Environment))
	set(&c.VpcConfig, vpc(in.VpcConfig))
	if in.Runtime != "" {
		c.Runtime = in.Runtime
	}
	if in.SnapStart != nil {
		c.SnapStart = snapStart(in.SnapStart)
	}
	if in.TracingConfig != nil {
		c.TracingConfig = tracing(in.TracingConfig)
	}
	if in.LoggingConfig != nil {
		c.LoggingConfig = logging(c.LoggingConfig, in.LoggingConfig, api.Deref(c.FunctionName))
	}
	if c.DeadLetterConfig != nil && api.Deref(c.DeadLetterConfig.TargetArn) == "" {
		c.DeadLetterConfig = nil
	}
}
