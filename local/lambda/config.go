package lambda

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// runtimeVersion is the ARN of the runtime's build; the real ones are hashes
// too.
func (s *Service) runtimeVersion(runtime types.Runtime) string {
	sum := sha256.Sum256([]byte(runtime))
	return "arn:" + s.Env.Partition + ":lambda:" + s.Env.Region + "::runtime:" + hex.EncodeToString(sum[:])
}

// checkConfig holds a configuration to Lambda's limits.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
func checkConfig(c *types.FunctionConfiguration) error {
	switch timeout, memory := deref(c.Timeout), deref(c.MemorySize); {
	case timeout < 1:
		return violates(fmt.Sprint(timeout), "timeout", "Member must have value greater than or equal to 1")
	case timeout > 900:
		return violates(fmt.Sprint(timeout), "timeout", "Member must have value less than or equal to 900")
	case memory < 128:
		return violates(fmt.Sprint(memory), "memorySize", "Member must have value greater than or equal to 128")
	case memory > 10240:
		return violates(fmt.Sprint(memory), "memorySize", "Member must have value less than or equal to 10240")
	case !slices.Contains(c.Runtime.Values(), c.Runtime):
		return invalid("Value %s at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: %v or be a valid ARN", c.Runtime, c.Runtime.Values())
	case len(deref(c.Description)) > 256:
		return violates(deref(c.Description), "description", "Member must have length less than or equal to 256")
	}
	return checkEnvironment(c.Environment)
}

// reserved names of environment variables.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
var reserved = []string{
	"_HANDLER", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
	"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
	"AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
}

func checkEnvironment(e *types.EnvironmentResponse) error {
	if e == nil {
		return nil
	}
	size := 0
	var used []string
	for _, key := range slices.Sorted(maps.Keys(e.Variables)) {
		size += len(key) + len(e.Variables[key])
		if slices.Contains(reserved, key) {
			used = append(used, key)
		}
	}
	if len(used) > 0 {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(used, ", "))
	}
	if size > 4096 {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: %d bytes", size)
	}
	return nil
}

func environment(in *types.Environment) *types.EnvironmentResponse {
	if in == nil {
		return nil
	}
	return &types.EnvironmentResponse{Variables: maps.Clone(in.Variables)}
}

func tracing(in *types.TracingConfig) *types.TracingConfigResponse {
	if in == nil || in.Mode == "" {
		return &types.TracingConfigResponse{Mode: types.TracingModePassThrough}
	}
	return &types.TracingConfigResponse{Mode: in.Mode}
}

// logging fills in the defaults; JSON has levels, INFO when not said.
func logging(in *types.LoggingConfig, function string) *types.LoggingConfig {
	var out types.LoggingConfig
	if in != nil {
		out = *in
	}
	if out.LogFormat == "" {
		out.LogFormat = types.LogFormatText
	}
	if deref(out.LogGroup) == "" {
		out.LogGroup = ptr("/aws/lambda/" + function)
	}
	if out.LogFormat == types.LogFormatJson {
		if out.ApplicationLogLevel == "" {
			out.ApplicationLogLevel = types.ApplicationLogLevelInfo
		}
		if out.SystemLogLevel == "" {
			out.SystemLogLevel = types.SystemLogLevelInfo
		}
	}
	return &out
}

func vpc(in *types.VpcConfig) *types.VpcConfigResponse {
	if in == nil {
		return nil
	}
	return &types.VpcConfigResponse{SubnetIds: slices.Clone(in.SubnetIds), SecurityGroupIds: slices.Clone(in.SecurityGroupIds), VpcId: ptr("")}
}

func set[T any](field **T, value *T) {
	if value != nil {
		*field = value
	}
}

func or[T any](value *T, standard T) *T {
	if value == nil {
		return &standard
	}
	return value
}
