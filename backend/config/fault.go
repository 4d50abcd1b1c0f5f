package config

import (
	"fmt"
	"strings"

	"avatar-launcher/backend"
)

// Fault is one thing wrong with a configuration file. Line and Column count from 1; 0 if there is no one place.
type Fault struct {
	File         string
	Line, Column int
	Path         string // the key, such as "profiles.studio.zone.ttl"
	Wrong        string // "ttl is set to -1s."
	Right        string // "Write a duration from 1s to 24h."
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
	return f.Place() + ": " + f.Wrong + " " + f.Right
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
	next := fs[0].Right
	if more := fs.more(); more != "" {
		next += " " + more
	}
	return problem("The configuration was not taken", fs[0].Place()+": "+fs[0].Wrong, next, fs)
}

// more counts those behind the first.
func (fs Faults) more() string {
	switch n := len(fs) - 1; n {
	case 0:
		return ""
	case 1:
		return "There is one more mistake."
	default:
		return fmt.Sprintf("There are %d more mistakes.", n)
	}
}

func problem(what, why, next string, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: what, Why: why, Next: next, Cause: cause}
}
