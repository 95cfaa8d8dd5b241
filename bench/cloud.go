package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud"
)

// cloudRows measures invocations through an alias of the local cloud, with the
// SDK over HTTP.
func cloudRows(ctx context.Context, in inputs) (rows []row, err error) {
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	outputs, err := cloud.Deploy(ctx, in.assembly)
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Config(ctx)
	if err != nil {
		return nil, err
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
		{"warm invocation through the alias, SDK over HTTP, p50", latency.Round(time.Microsecond).String(), "the pipe below; target under 1ms more"},
		{"warm invocations a second through the alias, 8 callers", fmt.Sprintf("%.0f", perSecond), "target 2000 on 2 cores"},
	}, nil
}
