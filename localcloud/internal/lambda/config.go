package lambda

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
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
	switch timeout, memory := api.Deref(c.Timeout), api.Deref(c.MemorySize); {
	case timeout < 1:
		return violates(fmt.Sprint(timeout), "timeout", "Member must have value greater than or equal to 1")
	case timeout > 900:
		return violates(fmt.Sprint(timeout), "timeout", "Member must have value less than or equal to 900")
	case memory < 128:
		return violates(fmt.Sprint(memory), "memorySize", "Member must have value greater than or equal to 128")
	case memory > 10240:
		return violates(fmt.Sprint(memory), "memorySize", "Member must have value less than or equal to 10240")
	case !slices.Contains(c.Runtime.Values(), c.Runtime):
		return invalid("Value %s at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: %s or be a valid ARN", c.Runtime, listed(c.Runtime.Values()))
	case retired[c.Runtime] != "":
		return invalid("The runtime parameter of %s is no longer supported for creating or updating AWS Lambda functions. We recommend you use the new runtime (%s) while creating or updating functions.",
			c.Runtime, retired[c.Runtime])
	case c.SnapStart != nil && !slices.Contains(c.SnapStart.ApplyOn.Values(), c.SnapStart.ApplyOn):
		return violates(string(c.SnapStart.ApplyOn), "snapStart.applyOn", "Member must satisfy enum value set: [PublishedVersions, None]")
	case c.SnapStart != nil && c.SnapStart.ApplyOn == types.SnapStartApplyOnPublishedVersions && !slices.Contains(snapStartRuntimes, c.Runtime):
		return invalid("%s is not supported for SnapStart enabled functions.", c.Runtime)
	case len(api.Deref(c.Description)) > 256:
		return violates(api.Deref(c.Description), "description", "Member must have length less than or equal to 256")
	case !validRole.MatchString(api.Deref(c.Role)):
		return violates(api.Deref(c.Role), "role", `Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`)
	}
	if storage := c.EphemeralStorage; storage != nil {
		switch size := api.Deref(storage.Size); {
		case size < 512:
			return violates(fmt.Sprint(size), "ephemeralStorage.size", "Member must have value greater than or equal to 512")
		case size > 10240:
			return violates(fmt.Sprint(size), "ephemeralStorage.size", "Member must have value less than or equal to 10240")
		}
	}
	return checkEnvironment(c.Environment)
}

// retired are the runtimes that no function may be made with any more, and what
// Lambda recommends instead.
var retired = map[types.Runtime]types.Runtime{
	types.RuntimeNodejs: types.RuntimeNodejs18x, types.RuntimeNodejs43: types.RuntimeNodejs18x, types.RuntimeNodejs43edge: types.RuntimeNodejs18x,
	types.RuntimeNodejs610: types.RuntimeNodejs18x, types.RuntimeNodejs810: types.RuntimeNodejs18x, types.RuntimeNodejs10x: types.RuntimeNodejs18x,
	types.RuntimeNodejs12x: types.RuntimeNodejs18x, types.RuntimeNodejs14x: types.RuntimeNodejs20x,
	types.RuntimePython27: types.RuntimePython312, types.RuntimePython36: types.RuntimePython312, types.RuntimePython37: types.RuntimePython312,
	types.RuntimeDotnetcore10: types.RuntimeDotnet6, types.RuntimeDotnetcore20: types.RuntimeDotnet6,
	types.RuntimeDotnetcore21: types.RuntimeDotnet6, types.RuntimeDotnetcore31: types.RuntimeDotnet6,
	types.RuntimeRuby25: types.RuntimeRuby32, types.RuntimeRuby27: types.RuntimeRuby32,
	types.RuntimeJava8: types.RuntimeJava21, types.RuntimeGo1x: types.RuntimeProvidedal2023, types.RuntimeProvided: types.RuntimeProvidedal2023,
}

const maxHandler = 128

var (
	validRole = regexp.MustCompile(`^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z0-9+=,.@\-_/]+$`)
	validName = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9_])+$`)
)

// architectures wants one that there is, where any is given.
func (v *violations) architectures(given []types.Architecture) {
	text := listed(given)
	switch {
	case len(given) > 1:
		v.add(text, "architectures", "Member must have length less than or equal to 1")
	case len(given) == 1 && !slices.Contains(given[0].Values(), given[0]):
		v.add(text, "architectures", "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]")
	}
}

// reserved names of environment variables.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
var reserved = []string{
	"_HANDLER", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
	"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
	"AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
}

// maxEnvironment is how long the variables may be, in bytes of JSON.
const maxEnvironment = 4096

func checkEnvironment(e *types.EnvironmentResponse) error {
	if e == nil {
		return nil
	}
	var used []string
	for _, key := range slices.Sorted(maps.Keys(e.Variables)) {
		if !validName.MatchString(key) {
			return violates("{"+key+"="+e.Variables[key]+"}", "environment.variables", "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]")
		}
		if slices.Contains(reserved, key) {
			used = append(used, key)
		}
	}
	if len(used) > 0 {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(used, ", "))
	}
	var measured strings.Builder
	encoder := json.NewEncoder(&measured)
	encoder.SetEscapeHTML(false) // "&" is one character of a URL, not six
	if err := encoder.Encode(e.Variables); err != nil {
		return fmt.Errorf("write the environment: %w", err)
	}
	if text := strings.TrimSuffix(measured.String(), "\n"); len(text) > maxEnvironment {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: %s", text)
	}
	return nil
}

func environment(in *types.Environment) *types.EnvironmentResponse {
	if in == nil {
		return nil
	}
	variables := map[string]string{}
	maps.Copy(variables, in.Variables)
	return &types.EnvironmentResponse{Variables: variables}
}

func tracing(in *types.TracingConfig) *types.TracingConfigResponse {
	if in == nil || in.Mode == "" {
		return &types.TracingConfigResponse{Mode: types.TracingModePassThrough}
	}
	return &types.TracingConfigResponse{Mode: in.Mode}
}

// logging lays what is given over what was, and fills in the defaults; JSON has
// levels, INFO when not said, and text has none.
func logging(was, in *types.LoggingConfig, function string) *types.LoggingConfig {
	var out types.LoggingConfig
	if was != nil {
		out = *was
	}
	if in != nil {
		set(&out.LogGroup, in.LogGroup)
		out.LogFormat = cmp.Or(in.LogFormat, out.LogFormat)
		out.ApplicationLogLevel = cmp.Or(in.ApplicationLogLevel, out.ApplicationLogLevel)
		out.SystemLogLevel = cmp.Or(in.SystemLogLevel, out.SystemLogLevel)
	}
	if out.LogFormat == "" {
		out.LogFormat = types.LogFormatText
	}
	if api.Deref(out.LogGroup) == "" {
		out.LogGroup = new("/aws/lambda/" + function)
	}
	if out.LogFormat == types.LogFormatJson {
		if out.ApplicationLogLevel == "" {
			out.ApplicationLogLevel = types.ApplicationLogLevelInfo
		}
		if out.SystemLogLevel == "" {
			out.SystemLogLevel = types.SystemLogLevelInfo
		}
	} else {
		out.ApplicationLogLevel, out.SystemLogLevel = "", ""
	}
	return &out
}

func vpc(in *types.VpcConfig) *types.VpcConfigResponse {
	if in == nil {
		return nil
	}
	return &types.VpcConfigResponse{SubnetIds: append([]string{}, in.SubnetIds...), SecurityGroupIds: append([]string{}, in.SecurityGroupIds...),
		VpcId: new(""), Ipv6AllowedForDualStack: new(api.Deref(in.Ipv6AllowedForDualStack))}
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
