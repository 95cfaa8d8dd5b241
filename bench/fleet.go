package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"weir/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// fleetSize is how many functions beside its sample app the bench's pipeline may
// release.
const fleetSize = 49

func fleetName(i int) string { return fmt.Sprintf("fleet-%02d", i+1) }

// synthesise makes the cloud assembly of a pipeline for the fleet.
func synthesise(ctx context.Context, in inputs, out string) error {
	targets := make([]string, fleetSize)
	for i := range targets {
		targets[i] = fleetName(i) + ":prod"
	}
	settings, err := json.Marshal(map[string]any{"handlers": in.functions, "app": filepath.Join(in.apps, "app-v1"), "targets": targets})
	if err != nil {
		return fmt.Errorf("write the CDK app's context: %w", err)
	}
	command := exec.CommandContext(ctx, in.infra)
	command.Env = append(os.Environ(), "CDK_OUTDIR="+out, "CDK_CONTEXT_JSON="+string(settings))
	if text, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("synthesise the fleet's stack: %w\n%s", err, text)
	}
	return nil
}

// fleet brings n functions to where a release of version 2 can start: the sample
// app and n-1 more, each with version 1 in production and version 2, of changed
// code, published. It gives their names.
func (s *stage) fleet(ctx context.Context, apps string, n int) ([]string, error) {
	first, err := localcloud.Package(filepath.Join(apps, "app-v1"))
	if err != nil {
		return nil, fmt.Errorf("zip the app: %w", err)
	}
	second, err := localcloud.Package(filepath.Join(apps, "app-v2"))
	if err != nil {
		return nil, fmt.Errorf("zip the app: %w", err)
	}
	sample, err := s.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &s.function})
	if err != nil {
		return nil, fmt.Errorf("read the sample function: %w", err)
	}
	names := []string{s.function}
	for i := range n - 1 {
		names = append(names, fleetName(i))
		if err := s.create(ctx, fleetName(i), sample.Role, first); err != nil {
			return nil, err
		}
	}
	s.clock.Advance(settle)
	for _, name := range names {
		if _, err := s.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &name, ZipFile: second, Publish: true}); err != nil {
			return nil, fmt.Errorf("update %s: %w", name, err)
		}
	}
	s.clock.Advance(settle)
	return names, nil
}

// settle is more than a function of the local cloud takes to become active.
const settle = 2 * time.Second

func (s *stage) create(ctx context.Context, name string, role *string, code []byte) error {
	if _, err := s.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{FunctionName: &name, Role: role, Publish: true,
		Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: code}}); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	if _, err := s.lambda.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: &name, Name: aws.String("prod"), FunctionVersion: aws.String("1")}); err != nil {
		return fmt.Errorf("create the alias of %s: %w", name, err)
	}
	return nil
}
