package console

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"weir/internal/awserr"
	"weir/internal/release"
)

// aliasCache reads aliases at most once every few seconds: Lambda's control
// plane takes 15 requests a second of an account, and the release needs them too.
type aliasCache struct {
	aliases Aliases
	now     func() time.Time

	mu    sync.Mutex
	known map[string]cachedAlias
}

type cachedAlias struct {
	alias release.Alias
	err   error
	read  time.Time
}

const (
	aliasFresh   = 3 * time.Second
	aliasesShown = 6  // of a release of many functions
	aliasesKept  = 64 // then all are read anew
)

func (c *aliasCache) read(ctx context.Context, target release.Target) (release.Alias, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.known[target.String()]
	if ok && c.now().Sub(known.read) < aliasFresh {
		return known.alias, known.err
	}
	if len(c.known) >= aliasesKept {
		clear(c.known)
	}
	alias, err := c.aliases.Alias(ctx, target)
	if ctx.Err() == nil { // a reader who left says nothing about the alias
		c.known[target.String()] = cachedAlias{alias, err, c.now()}
	}
	return alias, err
}

// aliasView is where a target's traffic goes now.
type aliasView struct {
	Target, Words, Problem string
	Percent                int // to Candidate
	Whole                  bool
	Main, Other            string // versions
	Note                   string
	Holder                 string // another release that holds it
}

// aliasesOf reads the aliases of the first targets. One that cannot be read is
// shown with the reason; the page stands without it.
func (s *server) aliasesOf(ctx context.Context, f facts) (views []aliasView, more int) {
	targets := f.targets()
	shown := min(len(targets), aliasesShown)
	for _, t := range targets[:shown] {
		if t.Alias == "" {
			t.Alias = "prod" // what a request that names none means
		}
		view := aliasView{Target: t.Target().String()}
		alias, err := s.aliases.read(ctx, t.Target())
		if err != nil {
			view.Problem = awserr.Message(err)
			views = append(views, view)
			continue
		}
		route := alias.Route()
		view.Words, view.Whole = route.String(), alias.Whole()
		view.Main, view.Other, view.Percent = route.Version, route.Other, int(math.Round(route.Percent))
		view.Note, view.Holder = noteOf(alias, f.name)
		views = append(views, view)
	}
	return views, len(targets) - shown
}

// noteOf says who holds the alias; holder is a release other than this one.
func noteOf(alias release.Alias, name string) (note, holder string) {
	lock := alias.Description.Lock
	switch {
	case lock.IsZero() && alias.Description.Failed != "":
		if list := strings.ReplaceAll(string(alias.Description.Failed), ",", ", "); list != string(alias.Description.Failed) {
			return fmt.Sprintf("Free; versions %s were rolled back.", list), ""
		}
		return fmt.Sprintf("Free; version %s was rolled back.", alias.Description.Failed), ""
	case lock.IsZero():
		return "Free.", ""
	case lock.Execution == name:
		return "Held by this release.", ""
	}
	return "Held by release", lock.Execution
}
