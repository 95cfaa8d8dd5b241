package release

import (
	"strconv"
	"strings"
)

// MaxDescription is Lambda's limit for an alias description, in characters.
const MaxDescription = 256

const descriptionPrefix = "weir/1"

// Description is what Weir keeps in an alias's Description: who holds the lock, what
// Weir wrote, the versions to return to, and those that failed. It reads
//
//	weir/1 stable=6 candidate=7 at=10 lock=weir-release/monday-1 failed=5,3 | the owner's own text
//
// The alias is the only place where it is kept: there is no database.
type Description struct {
	Stable    string // the version the alias returns to: served whole, last known good
	Candidate string // while locked: the version being released
	// At is, while locked, the percent of traffic that Weir's last write gave to
	// Candidate: an alias that does otherwise was moved by somebody else. It is
	// unknown in a description that an earlier Weir wrote.
	At       int
	Previous string   // the version served before Stable
	Failed   Versions // versions that were rolled back, the last one first
	Lock     Holder   // the execution that holds the alias; zero when free
	Command  Command  // a person's command to the running release
	By       string   // who gave it
	Note     string   // the owner's own description, kept as far as it fits
}

// atUnknown is the At of a description without one.
const atUnknown = -1

// share is the percent of traffic that a route of this release gives to the
// candidate.
func (m Description) share(route Route) int {
	switch route {
	case Whole(m.Stable):
		return 0
	case Whole(m.Candidate):
		return 100
	}
	return int(route.Percent)
}

// wrote tells whether a route of this release is the one that Weir wrote last.
func (m Description) wrote(route Route) bool { return m.At == atUnknown || m.At == m.share(route) }

// owns tells whether a route is of the release's own making. A mark of an earlier
// Weir does not say what was written: then any route of its two versions is.
func (m Description) owns(route Route) bool {
	if m.At != atUnknown {
		return route == Split(m.Stable, m.Candidate, m.At)
	}
	return route == Whole(m.Candidate) || route.Version == m.Stable && route.Other == m.Candidate
}

// ParseDescription reads a Description. A text that is not Weir's is the owner's note.
func ParseDescription(text string) Description {
	head, note, _ := strings.Cut(text, " | ")
	fields := strings.Fields(head)
	if len(fields) == 0 || fields[0] != descriptionPrefix {
		return Description{Note: text}
	}
	description := Description{Note: note}
	at := ""
	for _, field := range fields[1:] {
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "stable":
			description.Stable = value
		case "candidate":
			description.Candidate = value
		case "previous":
			description.Previous = value
		case "failed":
			description.Failed = ParseVersions(value)
		case "at":
			at = value
		case "lock":
			description.Lock = parseHolder(value)
		case "command":
			description.Command = Command(value)
		case "by":
			description.By = value
		}
	}
	if !description.Lock.IsZero() {
		description.At = parsePercent(at)
	}
	return description
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
	maxFailed      = 20
	roomForCommand = 24
)

// String writes the Description, never longer than MaxDescription: what matters
// for safety comes first; the oldest failed versions, the asker's name and the
// note give way.
func (m Description) String() string {
	text := descriptionPrefix
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
	add("command", string(m.Command))
	room := MaxDescription - len(text) - len(" failed=")
	if m.By != "" {
		room -= min(roomForCommand, len(" by=")+len(m.By))
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
