package lambda

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/local/api"
	"weir/local/lambda/runtime"
)

// pool makes the process pool of a version: each process gets a session of the
// function's role, and the documented environment.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func (s *Service) pool(v *version) *runtime.Pool {
	config := v.config // as it is now: a version never changes
	return runtime.NewPool(func(ctx context.Context) (runtime.Spec, error) {
		function, number := deref(config.FunctionName), deref(config.Version)
		credentials, err := api.Do[sts.AssumeRoleOutput](ctx, s.Bus,
			api.ServiceCaller("lambda.amazonaws.com", deref(config.FunctionArn)), "sts", "AssumeRole",
			&sts.AssumeRoleInput{RoleArn: config.Role, RoleSessionName: &function})
		if err != nil {
			return runtime.Spec{}, fmt.Errorf("assume role %s of %s: %w", deref(config.Role), function, err)
		}
		stream := number + "/" + newID()
		env := map[string]string{
			"AWS_LAMBDA_FUNCTION_NAME":        function,
			"AWS_LAMBDA_FUNCTION_VERSION":     number,
			"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": fmt.Sprint(deref(config.MemorySize)),
			"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
			"AWS_LAMBDA_LOG_GROUP_NAME":       deref(config.LoggingConfig.LogGroup),
			"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
			"AWS_EXECUTION_ENV":               "AWS_Lambda_" + string(config.Runtime),
			"AWS_REGION":                      s.Env.Region,
			"AWS_DEFAULT_REGION":              s.Env.Region,
			"AWS_ACCESS_KEY_ID":               deref(credentials.Credentials.AccessKeyId),
			"AWS_SECRET_ACCESS_KEY":           deref(credentials.Credentials.SecretAccessKey),
			"AWS_SESSION_TOKEN":               deref(credentials.Credentials.SessionToken),
			"AWS_ENDPOINT_URL":                s.Endpoint(),
			"_HANDLER":                        deref(config.Handler),
			"LAMBDA_TASK_ROOT":                v.code,
			"LAMBDA_RUNTIME_DIR":              "/var/runtime",
			"TZ":                              ":UTC",
			"LANG":                            "en_US.UTF-8",
			"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		}
		if config.Environment != nil {
			maps.Copy(env, config.Environment.Variables)
		}
		spec := runtime.Spec{Directory: v.code, Output: s.output(deref(config.LoggingConfig.LogGroup), stream)}
		for _, key := range slices.Sorted(maps.Keys(env)) {
			spec.Env = append(spec.Env, key+"="+env[key])
		}
		return spec, nil
	})
}

// output passes on what a process prints, line by line.
func (s *Service) output(group, stream string) io.Writer {
	if s.Output == nil {
		return io.Discard
	}
	return &lines{pass: func(line []byte) { s.Output(group, stream, line) }}
}

// lines cuts a stream into lines.
type lines struct {
	mu   sync.Mutex
	rest []byte
	pass func([]byte)
}

// Write takes a piece of the stream.
func (l *lines) Write(piece []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, piece...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 {
			return len(piece), nil
		}
		l.pass(bytes.Clone(l.rest[:end]))
		l.rest = l.rest[end+1:]
	}
}
