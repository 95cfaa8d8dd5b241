package handler

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// The SDK's own retries ride out throttling with jitter, and its adaptive mode
// slows down to the rate that is let through: most Lambda control-plane calls
// share 15 requests a second per account and region, and a step of fifty targets
// makes a hundred. What lasts longer is the workflow's to wait for, which costs
// nothing.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxAttempts = 5
	maxBackoff  = 3 * time.Second
)

// Config makes the SDK's configuration from a function's environment: the
// region and the role's credentials, which Lambda always sets, and the settings
// of endpoints that the SDKs share.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
//
// The SDK's own loader also knows profiles, files and sign-ins, none of which a
// function has, and doubles what a handler adds to a cold start.
func Config(getenv func(string) string) (aws.Config, error) {
	env := environment(getenv)
	var missing []string
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if env(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return aws.Config{}, fmt.Errorf("%s not set: Lambda sets them for every function", strings.Join(missing, ", "))
	}
	for _, name := range []string{useFIPS, useDualStack} {
		if value := env(name); value != "" && !isBool(value) {
			return aws.Config{}, fmt.Errorf("%s is %q; it must be true or false", name, value)
		}
	}
	config := aws.Config{
		Region: env("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), env("AWS_SESSION_TOKEN")),
		HTTPClient: awshttp.NewBuildableClient(), // one for all clients
		Retryer: func() aws.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
					o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff
				})
			})
		},
		ConfigSources: []any{env},
	}
	if endpoint := env("AWS_ENDPOINT_URL"); endpoint != "" {
		config.BaseEndpoint = &endpoint
	}
	return config, nil
}

// environment answers what the SDK's clients ask about endpoints when they are
// made.
type environment func(name string) string

const (
	useFIPS      = "AWS_USE_FIPS_ENDPOINT"
	useDualStack = "AWS_USE_DUALSTACK_ENDPOINT"
)

// GetServiceBaseEndpoint is a service's own endpoint; it goes before the one
// for all.
func (e environment) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	endpoint := e("AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(service), " ", "_"))
	return endpoint, endpoint != "", nil
}

// GetUseFIPSEndpoint tells whether endpoints must be FIPS validated.
func (e environment) GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error) {
	switch value := e(useFIPS); {
	case value == "":
		return aws.FIPSEndpointStateUnset, false, nil
	case strings.EqualFold(value, "true"):
		return aws.FIPSEndpointStateEnabled, true, nil
	}
	return aws.FIPSEndpointStateDisabled, true, nil
}

// GetUseDualStackEndpoint tells whether endpoints must have IPv6 too.
func (e environment) GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error) {
	switch value := e(useDualStack); {
	case value == "":
		return aws.DualStackEndpointStateUnset, false, nil
	case strings.EqualFold(value, "true"):
		return aws.DualStackEndpointStateEnabled, true, nil
	}
	return aws.DualStackEndpointStateDisabled, true, nil
}

func isBool(value string) bool {
	return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
}
