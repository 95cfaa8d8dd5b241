// Command bench measures what Weir promises about speed, size and cost, and
// prints one table. Timings on a shared machine are noisy: they are medians,
// beside a target or a thing compared with, and never fail.
package main

import (
	"context"
	"errors"
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

// inputs are what is measured.
type inputs struct {
	assembly  string // folder of the synthesised stack
	functions string // folder of the functions built for this machine, each in its own
}

// kinds are the kinds of rows, in the order in which they are printed.
var kinds = []struct {
	name    string
	measure func(context.Context, inputs) ([]row, error)
}{
	{"cloud", cloudRows},
	{"functions", functionRows},
}

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

var errUsage = errors.New("usage: bench CLOUD_ASSEMBLY FUNCTIONS [KIND...] (make bench knows them)")

func run(ctx context.Context, out io.Writer, args []string) error {
	if len(args) < 2 {
		return errUsage
	}
	in, wanted := inputs{assembly: args[0], functions: args[1]}, args[2:]
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
