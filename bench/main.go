// Command bench measures what Weir promises about speed and size, on the local
// cloud, and prints one table. Timings on a shared machine are noisy: they are
// medians, beside a target or a thing compared with, and never fail.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: bench CLOUD_ASSEMBLY FUNCTIONS (make bench knows them)")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// row is one line of the table.
type row struct{ what, value, compared string }

func run(ctx context.Context, assembly, functions string) error {
	rows, err := cloudRows(ctx, assembly)
	if err != nil {
		return err
	}
	sizes, err := functionRows(ctx, functions)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "measured\tvalue\tcompared with")
	for _, r := range append(rows, sizes...) {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.what, r.value, r.compared)
	}
	return table.Flush()
}

// cloudRows measures the local cloud: its start, and invocations through an
// alias with the SDK over HTTP.
func cloudRows(ctx context.Context, assembly string) ([]row, error) {
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
	outputs, err := cloud.Deploy(ctx, assembly)
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

func median(values []time.Duration) time.Duration {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
