package handler_test

import (
	"strings"
	"testing"

	"weir/internal/handler"
)

func TestConfigComesFromTheEnvironment(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	config, err := handler.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, err := config.Credentials.Retrieve(t.Context())
	if err != nil || config.Region != "eu-west-1" || who.AccessKeyID != "key" || who.SessionToken != "token" {
		t.Errorf("region %q as %q with %q (%v)", config.Region, who.AccessKeyID, who.SessionToken, err)
	}
	if retryer := config.Retryer(); retryer.MaxAttempts() != 5 {
		t.Errorf("a call is tried %d times, want 5", retryer.MaxAttempts())
	}
}

func TestConfigWantsARegion(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	if _, err := handler.Config(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("without a region: %v", err)
	}
}
