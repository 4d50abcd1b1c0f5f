package i18n

import (
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// Translate returns a message in the language in use.
func Translate(m messages.Message) string { return Catalogue().Text(m) }

// Text returns the text of a Message's ID in the language in use. The ID must be a literal, as for messages.New.
func Text(id string, args ...any) string { return Translate(messages.Message{ID: id, Args: args}) }

// translated returns a message as its text in the language in use.
func translated(m messages.Message) messages.Message { return messages.Verbatim(Translate(m)) }

// Problem is a problem for a person's eyes. The one that it was made of stays English, for the log and for errors.
func Problem(p *backend.Problem) *backend.Problem {
	if p == nil {
		return nil
	}
	out := *p
	out.What, out.Why, out.Next = translated(p.What), translated(p.Why), translated(p.Next)
	return &out
}

// ProblemOf is the problem of an error, for a person's eyes; nil for none.
func ProblemOf(err error) *backend.Problem { return Problem(backend.ProblemOf(err)) }

// Faults are all that is wrong with a configuration, one a line.
func Faults(all config.Faults) string {
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = f.Place() + ": " + Translate(messages.Join(f.Wrong, f.Right))
	}
	return strings.Join(lines, "\n")
}
