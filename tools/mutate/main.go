// Command mutate changes one thing at a time in the packages that it is given, and
// counts the changes that the quick tests notice. A change that none notices is a
// behaviour that no quick test holds.
//
//	go run ./mutate [-sample n] [-seed n] [-least percent] [-also packages] ../internal/release ...
//
// It writes nothing into the repository: the go command reads each changed file
// through an overlay.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	root   string
	sample int
	seed   uint64
	least  float64
	also   string
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.root, "root", "..", "the folder of the module")
	flag.IntVar(&o.sample, "sample", 0, "try so many mutants of each package, chosen by seed; 0 for all")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the choice")
	flag.Float64Var(&o.least, "least", 90, "fail below this percentage of noticed mutants")
	flag.StringVar(&o.also, "also", "", "packages whose tests run when a package's own notice nothing, separated by spaces")
	flag.Parse()
	killed, total := 0, 0
	for _, folder := range flag.Args() {
		k, n, err := o.pack(ctx, folder)
		if err != nil {
			return err
		}
		killed, total = killed+k, total+n
	}
	if total == 0 {
		return errors.New("there is nothing to mutate; name folders of packages")
	}
	share := 100 * float64(killed) / float64(total)
	fmt.Printf("in all: %d of %d mutants noticed, %.1f %%\n", killed, total, share)
	if share < o.least {
		return fmt.Errorf("%.1f %% are noticed; at least %g %% should be", share, o.least)
	}
	return nil
}

// pack tries the mutants of one package.
func (o options) pack(ctx context.Context, folder string) (killed, total int, err error) {
	mutants, err := mutantsOf(filepath.Join(o.root, folder))
	if err != nil {
		return 0, 0, err
	}
	if o.sample > 0 && len(mutants) > o.sample {
		source := rand.New(rand.NewPCG(o.seed, 0))
		source.Shuffle(len(mutants), func(i, j int) { mutants[i], mutants[j] = mutants[j], mutants[i] })
		mutants = mutants[:o.sample]
	}
	noticed := make([]bool, len(mutants))
	failures := make([]error, len(mutants))
	work := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range work {
				noticed[i], failures[i] = o.try(ctx, folder, mutants[i])
			}
		})
	}
	for i := range mutants {
		work <- i
	}
	close(work)
	workers.Wait()
	if err := errors.Join(failures...); err != nil {
		return 0, 0, err
	}
	for i, m := range mutants {
		if noticed[i] {
			killed++
			continue
		}
		fmt.Printf("not noticed: %s:%d: %s\n", filepath.Join(folder, filepath.Base(m.file)), m.line, m.what)
	}
	fmt.Printf("%s: %d of %d mutants noticed\n", folder, killed, len(mutants))
	return killed, len(mutants), ctx.Err()
}

// testLimit ends the tests of a mutant that loops.
const testLimit = time.Minute

// try runs the tests with one mutant in place and tells whether they notice it. A
// mutant that does not compile counts as noticed.
func (o options) try(ctx context.Context, folder string, m mutant) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	scratch, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return false, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(scratch)
	changed, overlay := filepath.Join(scratch, "changed.go"), filepath.Join(scratch, "overlay.json")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {m.file: changed}})
	if err != nil {
		return false, fmt.Errorf("write the overlay: %w", err)
	}
	if err := errors.Join(os.WriteFile(changed, m.source, 0o600), os.WriteFile(overlay, replaced, 0o600)); err != nil {
		return false, fmt.Errorf("write the mutant: %w", err)
	}
	rounds := [][]string{{"./" + folder}}
	if o.also != "" {
		rounds = append(rounds, strings.Fields(o.also))
	}
	for _, packages := range rounds {
		command := exec.CommandContext(ctx, "go", slices.Concat([]string{"test", "-vet=off", "-failfast", "-timeout", testLimit.String(), "-overlay", overlay}, packages)...)
		command.Dir = o.root
		if err := command.Run(); err != nil {
			if _, failed := errors.AsType[*exec.ExitError](err); !failed {
				return false, fmt.Errorf("run the tests: %w", err)
			}
			return true, nil
		}
	}
	return false, nil
}
