package handler_test

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"weir/internal/handler"
)

// settings are what decides where a client's calls go and who makes them.
type settings struct {
	Region, Lambda, EventBridge string // where
	FIPS                        aws.FIPSEndpointState
	DualStack                   aws.DualStackEndpointState
	Key, Secret, Token          string // who
}

func settingsOf(t *testing.T, config aws.Config) settings {
	t.Helper()
	functions, events := lambda.NewFromConfig(config).Options(), eventbridge.NewFromConfig(config).Options()
	who, err := functions.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return settings{
		Region: functions.Region, Lambda: aws.ToString(functions.BaseEndpoint), EventBridge: aws.ToString(events.BaseEndpoint),
		FIPS: functions.EndpointOptions.UseFIPSEndpoint, DualStack: functions.EndpointOptions.UseDualStackEndpoint,
		Key: who.AccessKeyID, Secret: who.SecretAccessKey, Token: who.SessionToken,
	}
}

// lambdaSets is what every function finds in its environment.
var lambdaSets = map[string]string{
	"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
}

// setenv gives a test an environment without any other setting of an SDK.
func setenv(t *testing.T, more map[string]string) {
	t.Helper()
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // puts it back when the test ends
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, set := range []map[string]string{lambdaSets, more} {
		for name, value := range set {
			t.Setenv(name, value)
		}
	}
}

// Clients go where, and as whom, the SDK's own loader would send them.
func TestConfigReadsWhatTheSDKReads(t *testing.T) {
	for name, more := range map[string]map[string]string{
		"in a function":          {},
		"one endpoint":           {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
		"an endpoint of its own": {"AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:1"},
		"both":                   {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_EVENTBRIDGE": "http://127.0.0.1:2"},
		"FIPS":                   {"AWS_USE_FIPS_ENDPOINT": "true"},
		"no FIPS":                {"AWS_USE_FIPS_ENDPOINT": "False"},
		"dual stack":             {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
		"no dual stack":          {"AWS_USE_DUALSTACK_ENDPOINT": "false"},
	} {
		t.Run(name, func(t *testing.T) {
			setenv(t, more)
			config, err := handler.Config(os.Getenv)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := awsconfig.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(settingsOf(t, theirs), settingsOf(t, config)); diff != "" {
				t.Errorf("- the SDK's loader, + Weir's:\n%s", diff)
			}
		})
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, says := range map[string]string{
		"AWS_REGION": "AWS_REGION not set", "AWS_ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID not set", "AWS_SECRET_ACCESS_KEY": "AWS_SECRET_ACCESS_KEY not set",
		"AWS_USE_FIPS_ENDPOINT": `AWS_USE_FIPS_ENDPOINT is "maybe"`, "AWS_USE_DUALSTACK_ENDPOINT": `AWS_USE_DUALSTACK_ENDPOINT is "maybe"`,
	} {
		_, err := handler.Config(func(asked string) string {
			if asked != name {
				return lambdaSets[asked]
			}
			if strings.HasPrefix(name, "AWS_USE") {
				return "maybe"
			}
			return ""
		})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: err = %v, want one that says %q", name, err, says)
		}
	}
}
