// Command bench measures what Weir promises about speed, size and cost, and
// prints one table. Timings on a shared machine are noisy: they are medians,
// beside a target or a thing compared with, and never fail.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct{ what, value, compared string }

// inputs are what is measured, as make bench has built it.
type inputs struct {
	assembly  string // folder of the synthesised stack
	functions string // folder of the functions built for this machine, each in its own
	apps      string // folder with two versions of the sample app, app-v1 and app-v2
	infra     string // the CDK app
	weir      string // the CLI
}

// kinds are the kinds of rows, in the order in which they are printed.
var kinds = []struct {
	name    string
	measure func(context.Context, inputs) ([]row, error)
}{
	{"cloud", cloudRows},
	{"process", processRows},
	{"machine", machineRows},
	{"functions", functionRows},
	{"releases", releaseRows},
}

func main() {
	var in inputs
	flag.StringVar(&in.assembly, "assembly", "build/demo/v1", "cloud assembly of the stack")
	flag.StringVar(&in.functions, "functions", "build/functions/host", "functions built for this machine")
	flag.StringVar(&in.apps, "apps", "build/demo", "folder of app-v1 and app-v2")
	flag.StringVar(&in.infra, "infra", "build/bin/infra", "the CDK app")
	flag.StringVar(&in.weir, "weir", "build/bin/weir", "the CLI")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bench [flags] [KIND...], after make bench has built what is measured; a kind is one of", strings.Join(names(), ", "))
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(context.Background(), os.Stdout, in, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func names() []string {
	var all []string
	for _, kind := range kinds {
		all = append(all, kind.name)
	}
	return all
}

// run measures the kinds of rows that are wanted, all where none is named, and
// prints them.
func run(ctx context.Context, out io.Writer, in inputs, wanted []string) error {
	for _, name := range wanted {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("%q is no kind of row; there are %s", name, strings.Join(names(), ", "))
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "measured\tvalue\tcompared with")
	for _, kind := range kinds {
		if len(wanted) > 0 && !slices.Contains(wanted, kind.name) {
			continue
		}
		rows, err := kind.measure(ctx, in)
		if err != nil {
			return fmt.Errorf("measure %s: %w", kind.name, err)
		}
		for _, r := range rows {
			fmt.Fprintln(table, strings.Join([]string{r.what, r.value, r.compared}, "\t"))
		}
	}
	return table.Flush()
}

func median(values []time.Duration) time.Duration {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
