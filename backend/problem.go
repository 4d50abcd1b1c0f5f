package backend

import (
	"context"
	"errors"
	"strings"
	"time"

	"avatar-launcher/backend/messages"
)

// Kind classifies a Problem for code: exit statuses, colours, whether to try again.
type Kind string

// The kinds of Problem.
const (
	KindUnexpected  Kind = "unexpected"  // a bug, or an answer nobody foresaw
	KindConfig      Kind = "config"      // the configuration or the command line is wrong
	KindRefused     Kind = "refused"     // sign-in refused, or the sign-in is no longer good
	KindCapacity    Kind = "capacity"    // no instance can be had
	KindUnreachable Kind = "unreachable" // the cloud does not answer
	KindInterrupted Kind = "interrupted" // the user or a signal broke it off
	KindKeyring     Kind = "keyring"     // the OS keyring is missing or locked
	KindDenied      Kind = "denied"      // signed in, but not allowed to do this
	KindBusy        Kind = "busy"        // somebody else was quicker; trying again is right
	KindLeftover    Kind = "leftover"    // done as far as the user is concerned; others finish what is left
)

// Problem is an error that a person can read: what happened, why, and what to do next.
type Problem struct {
	Kind Kind             `json:"kind"`
	What messages.Message `json:"what"` // "The sign-in was refused"
	Why  messages.Message `json:"why"`  // "The user name or the password is wrong."
	Next messages.Message `json:"next"` // "Type them again; after five wrong tries Cognito waits a while."
	// StopsAt is when the instance's armed stop acts, if Next says it; zero otherwise.
	StopsAt time.Time `json:"-"`
	// Cause is for the log and for errors.Is; it never reaches the page.
	Cause error `json:"-"`
}

// Error says all three parts in one line, without a full stop at its end.
func (p *Problem) Error() string { return trimDot(p.Sentences()) }

// Sentences says all three parts as sentences, in one line.
func (p *Problem) Sentences() string {
	var all []string
	for _, part := range []messages.Message{p.What, p.Why, p.Next} {
		if text := trimDot(part.String()); text != "" {
			if !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "!") {
				text += "."
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// ProblemOf finds the Problem in err's chain, or makes one: an interruption for a cancelled context, else an
// unexpected one.
func ProblemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return &Problem{Kind: KindInterrupted, What: messages.New("common.brokenOff"), Cause: err}
	}
	return &Problem{Kind: KindUnexpected, What: messages.New("launcher.somethingUnexpectedWentWrong"),
		Why: messages.New("common.detailsLauncherLogFile"), Next: messages.New("launcher.tryAgainElseSend"), Cause: err}
}

func trimDot(s string) string { return strings.TrimRight(s, ".") }
