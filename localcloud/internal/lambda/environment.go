package lambda

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// The values of AWS_LAMBDA_INITIALIZATION_TYPE.
const (
	onDemand      = "on-demand"
	inPreparation = "provisioned-concurrency"
	fromSnapshot  = "snap-start"
)

// pool makes a pool of a version, of environments of one initialization type.
func (s *Service) pool(v *version, initialization string) *runtime.Pool {
	return runtime.NewPool(s.Options.Processes, func(ctx context.Context) (runtime.Spec, error) {
		spec, err := s.spec(ctx, v)
		spec.Env = append(spec.Env, "AWS_LAMBDA_INITIALIZATION_TYPE="+initialization)
		return spec, err
	})
}

// spec is what a process of a version is started with. Of the host's
// environment only PATH is passed on.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func (s *Service) spec(ctx context.Context, v *version) (runtime.Spec, error) {
	s.mu.Lock()
	config, folder := v.config, v.folder
	s.mu.Unlock()
	if err := s.unpackScripts(); err != nil {
		return runtime.Spec{}, err
	}
	credentials, err := s.credentials(ctx, config)
	if err != nil {
		return runtime.Spec{}, err
	}
	group := api.Deref(config.LoggingConfig.LogGroup)
	stream := s.Clock.Now().Format("2006/01/02/") + "[" + api.Deref(config.Version) + "]" + strings.ReplaceAll(api.NewID(), "-", "")
	env := []string{
		"PATH=" + os.Getenv("PATH"), "LANG=en_US.UTF-8", "TZ=:UTC",
		"LAMBDA_TASK_ROOT=" + folder, "LAMBDA_RUNTIME_DIR=/var/runtime", "_HANDLER=" + api.Deref(config.Handler),
		"AWS_REGION=" + s.Env.Region, "AWS_DEFAULT_REGION=" + s.Env.Region, "AWS_ENDPOINT_URL=" + s.Endpoint(),
		"AWS_LAMBDA_FUNCTION_NAME=" + api.Deref(config.FunctionName), "AWS_LAMBDA_FUNCTION_VERSION=" + api.Deref(config.Version),
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(int(api.Deref(config.MemorySize))),
		"AWS_LAMBDA_LOG_GROUP_NAME=" + group, "AWS_LAMBDA_LOG_STREAM_NAME=" + stream,
		"AWS_LAMBDA_LOG_FORMAT=" + string(config.LoggingConfig.LogFormat), "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
	}
	if level := config.LoggingConfig.ApplicationLogLevel; level != "" {
		env = append(env, "AWS_LAMBDA_LOG_LEVEL="+string(level))
	}
	env = append(env, credentials...)
	env = append(env, runtime.Environment(string(config.Runtime), folder)...)
	if config.Environment != nil {
		for _, key := range slices.Sorted(maps.Keys(config.Environment.Variables)) {
			env = append(env, key+"="+config.Environment.Variables[key])
		}
	}
	spec := runtime.Spec{
		Runtime: string(config.Runtime), Scripts: s.scripts(), Directory: folder, Started: s.Clock.Now(), Env: env, MemoryMB: api.Deref(config.MemorySize), JSON: config.LoggingConfig.LogFormat == types.LogFormatJson,
	}
	if s.Logs != nil {
		spec.Print = func(began time.Time, line []byte) { s.Logs.Write(group, stream, began, line) }
	}
	return spec, nil
}

// minSession is how long the name of a role's session is at least.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const minSession = 2

// credentials assumes the function's role for a process. No SDK in a process
// sees when credentials in its environment expire, and the token service lets
// those of Lambda hold for as long as the process does.
func (s *Service) credentials(ctx context.Context, config types.FunctionConfiguration) ([]string, error) {
	if s.Bus == nil {
		return nil, nil
	}
	session := api.Deref(config.FunctionName)
	if len(session) < minSession {
		session += "-function"
	}
	caller := api.ServiceCaller("lambda.amazonaws.com", s.arn(api.Deref(config.FunctionName), ""))
	out, err := api.Do[sts.AssumeRoleOutput](ctx, s.Bus, caller, "sts", "AssumeRole",
		&sts.AssumeRoleInput{RoleArn: config.Role, RoleSessionName: &session})
	if awsErr, ok := errors.AsType[*api.Error](err); ok && awsErr.HTTPStatus() < 500 {
		return nil, failed("AccessDeniedException", "The role defined for the function cannot be assumed by Lambda. (%s: %s)", awsErr.Code, awsErr.Message)
	}
	if err != nil {
		return nil, fmt.Errorf("assume the role of %s: %w", api.Deref(config.FunctionName), err)
	}
	c := out.Credentials
	return []string{
		"AWS_ACCESS_KEY_ID=" + api.Deref(c.AccessKeyId), "AWS_SECRET_ACCESS_KEY=" + api.Deref(c.SecretAccessKey), "AWS_SESSION_TOKEN=" + api.Deref(c.SessionToken),
	}, nil
}

// scripts is where the bootstraps of the languages are.
func (s *Service) scripts() string { return filepath.Join(s.Dir, "runtimes") }
