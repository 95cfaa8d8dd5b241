package console

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"weir/internal/release"
)

// perPage is how many executions the list shows; each new one costs a call.
const perPage = 25

// listPage is the list of releases, the newest first.
type listPage struct {
	frame
	Rows  []row
	Next  string // token of the next page
	First bool
}

type row struct {
	Name, Kind, Strategy string
	Status               status
	Targets              []release.PlannedTarget
	More                 int // targets beyond those shown
	Why, Problem         string
	Started              time.Time
	Took                 string
}

// rowTargets is how many targets a row names.
const rowTargets = 2

func (s *server) list(r *http.Request) (body, error) {
	token := r.URL.Query().Get("next")
	items, next, err := s.store.list(r.Context(), token)
	if err != nil {
		return body{}, err
	}
	page := listPage{frame: s.frame(r, "Releases").refreshing(r, 10), Next: next, First: token == ""}
	for i := range items {
		name := aws.ToString(items[i].Name)
		f, err := s.store.describe(r.Context(), name, &items[i], false)
		if err != nil {
			if isGone(err) {
				continue // deleted while the list was read
			}
			return body{}, err
		}
		page.Rows = append(page.Rows, s.rowOf(f))
	}
	return s.render("list.html", page)
}

func (s *server) rowOf(f facts) row {
	targets := f.targets()
	shown := min(len(targets), rowTargets)
	return row{Name: f.name, Kind: f.kind(), Strategy: f.strategy(), Status: f.statusWords(),
		Targets: targets[:shown], More: len(targets) - shown, Why: f.why(), Started: f.started, Took: length(s.end(f).Sub(f.started))}
}

// end is when the execution ended, or now: by the console's clock or the
// execution's latest event, whichever is later, because a local cloud's clock
// may run ahead of the wall's.
func (s *server) end(f facts) time.Time {
	if !f.stopped.IsZero() {
		return f.stopped
	}
	if now := s.Now(); now.After(f.story.latest) {
		return now
	}
	return f.story.latest
}
