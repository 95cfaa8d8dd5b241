package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local"
)

// cloudRows measures the local cloud: its start, and invocations through an
// alias with the SDK over HTTP.
func cloudRows(ctx context.Context, in inputs) ([]row, error) {
	var starts []time.Duration
	for range 5 {
		began := time.Now()
		cloud, err := local.Start(ctx, local.Options{})
		if err != nil {
			return nil, err
		}
		starts = append(starts, time.Since(began))
		if err := cloud.Close(); err != nil {
			return nil, err
		}
	}
	cloud, err := local.Start(ctx, local.Options{})
	if err != nil {
		return nil, err
	}
	defer cloud.Close()
	outputs, err := cloud.Deploy(ctx, in.assembly)
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(cloud.URL()),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("bench", "bench", "")))
	if err != nil {
		return nil, fmt.Errorf("configure the SDK: %w", err)
	}
	client := &client{api: lambda.NewFromConfig(cfg), function: outputs["FunctionName"]}
	latency, err := client.latencies(ctx, 2000)
	if err != nil {
		return nil, err
	}
	perSecond, err := client.throughput(ctx, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return []row{
		{"local cloud: start", median(starts).Round(time.Millisecond).String(), "target under 200ms"},
		{"warm invocation through the alias, SDK over HTTP, p50", latency.Round(time.Microsecond).String(), "the pipe below; target under 1ms more"},
		{"warm invocations a second through the alias, 8 callers", fmt.Sprintf("%.0f", perSecond), "target 2000 on 2 cores"},
	}, nil
}
