package release

import (
	"fmt"
	"strings"
)

// MaxDescription is Lambda's limit for an alias description, in characters.
const MaxDescription = 256

const markPrefix = "weir/1"

// Mark is what Weir keeps in an alias's Description: who holds the lock, the
// versions to return to, and the version that failed last. It reads
//
//	weir/1 stable=6 candidate=7 lock=weir-release/monday-1 | the owner's own text
//
// The alias is the only place where it is kept: there is no database.
type Mark struct {
	Stable    string // the version the alias returns to: served whole, last known good
	Candidate string // while locked: the version being released
	Previous  string // the version served before Stable
	Failed    string // the version that was rolled back last
	Lock      Holder // the execution that holds the alias; zero when free
	Ask       Ask    // a person's command to the running release
	By        string // who gave it
	Note      string // the owner's own description, kept as far as it fits
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
			mark.Failed = value
		case "lock":
			mark.Lock.StateMachine, mark.Lock.Execution, _ = strings.Cut(value, "/")
		case "ask":
			mark.Ask = Ask(value)
		case "by":
			mark.By = value
		}
	}
	return mark
}

// String writes the Description, never longer than MaxDescription: what matters
// for safety comes first; the asker's name and the note are shortened to fit.
func (m Mark) String() string {
	text := markPrefix
	add := func(key, value string) {
		if value != "" {
			text += " " + key + "=" + value
		}
	}
	add("stable", m.Stable)
	add("candidate", m.Candidate)
	add("previous", m.Previous)
	add("failed", m.Failed)
	if !m.Lock.IsZero() {
		add("lock", m.Lock.String())
	}
	add("ask", string(m.Ask))
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
