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
//	weir/1 stable=6 candidate=7 at=10 lock=weir-release/monday-1 commands=pause/1f3a9c/ada failed=5,3 | the owner's own text
//
// The alias is the only place where it is kept: there is no database. A description
// is comparable: two that are equal read the same.
type Description struct {
	Stable    string // the version the alias returns to: it has all traffic, last known good
	Candidate string // while locked: the version being released
	// At is, while locked, the percent of traffic that Weir's last write gave to
	// Candidate: an alias that does otherwise was moved by somebody else. It is
	// unknown in a description that an earlier Weir wrote.
	At int
	// Finishing says, while locked, that the release of several targets has decided to
	// end well. Once all its aliases say so, each is finished and none goes back.
	Finishing bool
	Previous  string          // the version served before Stable
	Failed    Versions        // versions that were rolled back, the last one first
	Lock      Holder          // the execution that holds the alias; zero when free
	Released  Holder          // while free: the execution that ended well here last
	Returned  Holder          // while free: the execution that rolled back here last
	Commands  PendingCommands // what people asked of the running release
	Note      string          // the owner's own description, kept as far as it fits
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

// owns tells whether a route is of the release's own making. A description of an earlier
// Weir does not say what was written: then any route of its two versions is.
func (m Description) owns(route Route) bool {
	if m.At != atUnknown {
		return route == Split(m.Stable, m.Candidate, m.At)
	}
	return route == Whole(m.Candidate) || route.Version == m.Stable && route.Other == m.Candidate
}

// ParseDescription reads a Description. A text that is not Weir's is the owner's note.
// What is not a published version's number is no version.
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
			description.Stable = versionNumber(value)
		case "candidate":
			description.Candidate = versionNumber(value)
		case "previous":
			description.Previous = versionNumber(value)
		case "failed":
			description.Failed = ParseVersions(value)
		case "at":
			at = value
		case "finishing":
			description.Finishing = true
		case "lock":
			description.Lock = parseHolder(value)
		case "released":
			description.Released = parseHolder(value)
		case "returned":
			description.Returned = parseHolder(value)
		case "commands":
			description.Commands = pendingCommands(PendingCommands(value).List())
		}
	}
	if !description.Lock.IsZero() {
		description.At = parsePercent(at)
	}
	return description
}

// versionNumber returns text when it is the number of a published version, which
// $LATEST is not; else nothing.
func versionNumber(text string) string {
	if number, err := strconv.Atoi(text); err != nil || number < 1 || strconv.Itoa(number) != text {
		return ""
	}
	return text
}

func parsePercent(text string) int {
	percent, err := strconv.Atoi(text)
	if err != nil || percent < 0 || percent > 100 {
		return atUnknown
	}
	return percent
}

// maxFailed is how many failed versions are kept while there is room.
const maxFailed = 20

// String writes the Description, never longer than MaxDescription: what matters
// for safety comes first; the former version, the oldest failed versions and the
// note give way.
func (m Description) String() string {
	text := m.essentials()
	add := func(key, value string) {
		if value != "" && len(text)+len(key)+len(value)+len(" =") <= MaxDescription {
			text += " " + key + "=" + value
		}
	}
	add("previous", m.Previous)
	if m.Lock.IsZero() {
		add("released", m.Released.text())
		add("returned", m.Returned.text())
	}
	add("failed", string(m.Failed.within(maxFailed, MaxDescription-len(text)-len(" failed="))))
	if room := MaxDescription - len(text) - len(" | "); m.Note != "" && room > 0 {
		text += " | " + cut(m.Note, room)
	}
	return text
}

// essentials is the part of the description that nothing may push out.
func (m Description) essentials() string {
	text := descriptionPrefix
	add := func(key, value string) {
		if value != "" {
			text += " " + key + "=" + value
		}
	}
	add("stable", m.Stable)
	if m.Lock.IsZero() {
		return text
	}
	add("candidate", m.Candidate)
	if m.At != atUnknown {
		add("at", strconv.Itoa(m.At))
	}
	if m.Finishing {
		text += " finishing"
	}
	add("lock", m.Lock.String())
	add("commands", string(m.Commands))
	return text
}

// roomForFinishing is what a release of several targets will add to its descriptions.
const roomForFinishing = len(" finishing")

// fits tells whether nothing that matters is cut off, now or later in the release.
func (m Description) fits() bool {
	return len(m.essentials())+roomForFinishing+len("00") <= MaxDescription
}
