package config

import (
	"fmt"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Fault is one thing wrong with a configuration file. Line and Column count from 1; 0 if there is no one place.
type Fault struct {
	File         string
	Line, Column int
	Path         string           // the key, such as "profiles.studio.zone.ttl"
	Wrong        messages.Message // "ttl is set to -1s."
	Right        messages.Message // "Write a duration from 1s to 24h."
}

// Place is file:line:column, as editors understand it.
func (f Fault) Place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// Error says where, what is wrong, and what would be right.
func (f Fault) Error() string {
	return f.Place() + ": " + messages.Join(f.Wrong, f.Right).String()
}

// Faults are all that is wrong with one file, in its order.
type Faults []Fault

// Error says one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// problem says the first fault in full and counts the rest; all of them are its Cause.
func (fs Faults) problem() *backend.Problem {
	return problem(messages.New("config.configurationNotTaken"),
		messages.New("config.atPlace", fs[0].Place(), fs[0].Wrong), messages.Join(fs[0].Right, fs.more()), fs)
}

// more counts those behind the first.
func (fs Faults) more() messages.Message {
	if len(fs) == 1 {
		return messages.Message{}
	}
	return messages.New("config.moreMistakes", len(fs)-1)
}

func problem(what, why, next messages.Message, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: what, Why: why, Next: next, Cause: cause}
}
