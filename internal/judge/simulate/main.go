// Command simulate checks the judge's promises on simulated releases. It judges them
// with the judge and with the rules in use today, and writes the results as a table and
// pictures. It exits with 1 if a promise is broken.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	releases := flag.Int("releases", 20000, "simulated releases in each cell")
	healthy := flag.Int("healthy", 200000, "simulated releases in each cell in which nothing is wrong")
	quick := flag.Bool("quick", false, "a cut of under a minute, which finds a promise broken only if it is beyond doubt")
	out := flag.String("out", "", "folder for the table and the picture; none: only check")
	flag.Parse()
	if *quick {
		*releases, *healthy = 1000, 8000
	}
	if err := report(*releases, *healthy, *out); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// report simulates all scenarios and writes the results to the folder out, unless that
// is empty. It returns an error if a promise is broken.
func report(releases, healthy int, out string) error {
	start := time.Now()
	r := outcome{
		releases: releases,
		healthy:  run(only(all(), func(c scenario) bool { return c.ratio == 1 }), rules[:1], healthy),
		cells:    run(append(all(), latency()...), rules, releases),
		strained: run(strained(), rules[:1], releases),
		shared:   share(healthy),
	}
	fmt.Printf("%d cells of %d releases, and %d healthy ones of %d, in %s\n",
		len(r.cells)+len(r.strained), releases, len(r.healthy), healthy, time.Since(start).Round(time.Second))
	if out != "" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		if err := os.WriteFile(filepath.Join(out, "table.md"), r.table(), 0o644); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
		if err := draw(r.cells, filepath.Join(out, "requests.svg")); err != nil {
			return err
		}
		if err := drawExample(filepath.Join(out, "evidence.svg")); err != nil {
			return err
		}
	}
	broken := r.broken()
	for _, b := range broken {
		fmt.Println(b)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%d of the bars are not met", len(broken))
	}
	fmt.Println("every bar is met")
	return nil
}

func only(list []scenario, keep func(scenario) bool) []scenario {
	var kept []scenario
	for _, c := range list {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return kept
}
