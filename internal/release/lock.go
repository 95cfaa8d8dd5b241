package release

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxDescription is Lambda's limit for an alias description, in characters.
const MaxDescription = 256

const markPrefix = "weir/1"

// Mark is what Weir keeps in an alias's Description: who holds the lock, what
// Weir wrote, the versions to return to, and those that failed. It reads
//
//	weir/1 stable=6 candidate=7 at=10 lock=weir-release/monday-1 failed=5,3 | the owner's own text
//
// The alias is the only place where it is kept: there is no database.
type Mark struct {
	Stable    string // the version the alias returns to: served whole, last known good
	Candidate string // while locked: the version being released
	// At is, while locked, the percent of traffic that Weir's last write gave to
	// Candidate: an alias that does otherwise was moved by somebody else. It is
	// unknown in a mark that an earlier Weir wrote.
	At       int
	Previous string   // the version served before Stable
	Failed   Versions // versions that were rolled back, the last one first
	Lock     Holder   // the execution that holds the alias; zero when free
	Ask      Ask      // a person's command to the running release
	By       string   // who gave it
	Note     string   // the owner's own description, kept as far as it fits
}

// atUnknown is the At of a mark without one.
const atUnknown = -1

// share is the percent of traffic that a route of this release gives to the
// candidate.
func (m Mark) share(route Route) int {
	switch route {
	case Whole(m.Stable):
		return 0
	case Whole(m.Candidate):
		return 100
	}
	return int(route.Percent)
}

// wrote tells whether a route of this release is the one that Weir wrote last.
func (m Mark) wrote(route Route) bool { return m.At == atUnknown || m.At == m.share(route) }

// owns tells whether a route is of the release's own making. A mark of an earlier
// Weir does not say what was written: then any route of its two versions is.
func (m Mark) owns(route Route) bool {
	if m.At != atUnknown {
		return route == Split(m.Stable, m.Candidate, m.At)
	}
	return route == Whole(m.Candidate) || route.Version == m.Stable && route.Other == m.Candidate
}

// Holder names an execution the short way, to fit: its state machine and name.
type Holder struct {
	StateMachine string
	Execution    string
}

// IsZero tells whether nobody holds.
func (h Holder) IsZero() bool { return h == Holder{} }

func (h Holder) String() string { return h.StateMachine + "/" + h.Execution }

// HolderOf finds the holder in an execution ARN,
// arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME.
func HolderOf(executionARN string) (Holder, error) {
	parts := strings.Split(executionARN, ":")
	if len(parts) != 8 || parts[5] != "execution" || parts[6] == "" || parts[7] == "" {
		return Holder{}, fmt.Errorf("%q is not the ARN of a Standard execution", executionARN)
	}
	return Holder{StateMachine: parts[6], Execution: parts[7]}, nil
}

// ExecutionARN is the holder's full ARN, given the ARN of any resource in the
// same account and region, such as the function's.
func (h Holder) ExecutionARN(neighbour string) (string, error) {
	parts := strings.Split(neighbour, ":")
	if len(parts) < 6 || parts[0] != "arn" {
		return "", fmt.Errorf("%q is not an ARN", neighbour)
	}
	return strings.Join([]string{"arn", parts[1], "states", parts[3], parts[4], "execution", h.StateMachine, h.Execution}, ":"), nil
}

// ParseMark reads a Description. A text that is not Weir's is the owner's note.
func ParseMark(description string) Mark {
	head, note, _ := strings.Cut(description, " | ")
	fields := strings.Fields(head)
	if len(fields) == 0 || fields[0] != markPrefix {
		return Mark{Note: description}
	}
	mark := Mark{Note: note}
	at := ""
	for _, field := range fields[1:] {
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "stable":
			mark.Stable = value
		case "candidate":
			mark.Candidate = value
		case "previous":
			mark.Previous = value
		case "failed":
			mark.Failed = ParseVersions(value)
		case "at":
			at = value
		case "lock":
			mark.Lock = parseHolder(value)
		case "ask":
			mark.Ask = Ask(value)
		case "by":
			mark.By = value
		}
	}
	if !mark.Lock.IsZero() {
		mark.At = parsePercent(at)
	}
	return mark
}

// parseHolder reads "machine/execution". Without both it names nobody.
func parseHolder(text string) Holder {
	machine, execution, _ := strings.Cut(text, "/")
	if machine == "" || execution == "" {
		return Holder{}
	}
	return Holder{StateMachine: machine, Execution: execution}
}

func parsePercent(text string) int {
	percent, err := strconv.Atoi(text)
	if err != nil || percent < 0 || percent > 100 {
		return atUnknown
	}
	return percent
}

// Versions of the failed kind are kept while there is room: at most maxFailed,
// and as many of those, the last ones, as fit before the asker's name.
const (
	maxFailed  = 20
	roomForAsk = 24
)

// String writes the Description, never longer than MaxDescription: what matters
// for safety comes first; the oldest failed versions, the asker's name and the
// note give way.
func (m Mark) String() string {
	text := markPrefix
	add := func(key, value string) {
		if value != "" {
			text += " " + key + "=" + value
		}
	}
	add("stable", m.Stable)
	add("candidate", m.Candidate)
	if !m.Lock.IsZero() && m.At != atUnknown {
		add("at", strconv.Itoa(m.At))
	}
	add("previous", m.Previous)
	if !m.Lock.IsZero() {
		add("lock", m.Lock.String())
	}
	add("ask", string(m.Ask))
	room := MaxDescription - len(text) - len(" failed=")
	if m.By != "" {
		room -= min(roomForAsk, len(" by=")+len(m.By))
	}
	add("failed", string(m.Failed.within(maxFailed, room)))
	if room := MaxDescription - len(text) - len(" by="); m.By != "" && room > 0 {
		add("by", cut(word(m.By), room))
	}
	if room := MaxDescription - len(text) - len(" | "); m.Note != "" && room > 0 {
		text += " | " + cut(m.Note, room)
	}
	return text
}

// word makes a value one field: no spaces, no bar.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '|' || r == '=' {
			return '_'
		}
		return r
	}, s)
}

// cut shortens s to at most n bytes without cutting a character in two.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
