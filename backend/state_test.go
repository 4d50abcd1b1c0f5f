package backend

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"avatar-launcher/backend/messages"
)

// TestWhatASignOutForgets asks of each part of the memory whether it may outlast its user: a new one must
// be named here.
func TestWhatASignOutForgets(t *testing.T) {
	kept := []string{"attempt"}
	forgotten := []string{"after", "failure", "lookAt", "history", "reader", "month", "prepared", "recountAt", "retryAt", "resuming",
		"unfound", "extendAt", "unsaved", "watchAt", "unextended", "unstopped", "ending", "leaves", "attaches"}
	full := state{
		Snapshot: Snapshot{Revision: 7, Phase: Ending, Profile: "p", User: alice, Session: session(t0), URL: "https://a"},
		after:    WishSignOut, failure: &Problem{}, lookAt: t0, history: learned{}, reader: "u", attempt: 3, month: 1,
		prepared: t0, recountAt: t0, retryAt: t0, resuming: true, unfound: &Problem{}, extendAt: t0,
		unsaved: true, watchAt: t0, unextended: &Problem{},
		unstopped: unstopped{reason: messages.Verbatim("x")}, ending: TimerIdle, leaves: true, attaches: 1,
	}
	was, is := reflect.ValueOf(full), reflect.ValueOf(full.forgotten())
	for i := range was.NumField() {
		name := was.Type().Field(i).Name
		switch {
		case name == "Snapshot":
		case was.Field(i).IsZero():
			t.Errorf("this test gives %s no value", name)
		case slices.Contains(kept, name) == is.Field(i).IsZero(),
			slices.Contains(kept, name) == slices.Contains(forgotten, name):
			t.Errorf("after a sign-out %s is %v: say in this test whether it is kept", name, is.Field(i))
		}
	}
	s := full.forgotten()
	if s.User != nil || s.Session != nil || s.URL != "" || s.Revision != 7 || s.Profile != "p" {
		t.Errorf("after a sign-out others see %+v", s.Snapshot)
	}
}

// TestReportsBeforeRunAreKept: the rooms are made before the launcher, and may report at once.
func TestReportsBeforeRunAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := NewInbox()
		inbox.Notify("keyring", &Problem{What: messages.Verbatim("The keyring is locked")})
		l := New(Options{Inbox: inbox, Identity: &late{}, Fleet: noFleet{}, Rules: rules})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = l.Run(ctx) }()
		synctest.Wait()
		if n := l.Snapshot().Notices; len(n) != 1 || n[0].Key != "keyring" {
			t.Errorf("the notices are %v", n)
		}
		cancel()
		<-ended
		inbox.Notify("keyring", nil) // to a launcher that has ended: it must not block
	})
}

// TestSentencesEndOnce says a problem in sentences, of which a question keeps its mark.
func TestSentencesEndOnce(t *testing.T) {
	for _, tt := range []struct{ what, why, next, sentences, asError string }{
		{"A mistake", "Line 3.", "Did you mean size?", "A mistake. Line 3. Did you mean size?", "A mistake. Line 3. Did you mean size?"},
		{"A mistake", "Really?", "Try again.", "A mistake. Really? Try again.", "A mistake. Really? Try again"},
		{"Nothing changed", "", "", "Nothing changed.", "Nothing changed"},
	} {
		p := &Problem{What: messages.Verbatim(tt.what), Why: messages.Verbatim(tt.why), Next: messages.Verbatim(tt.next)}
		if got := p.Sentences(); got != tt.sentences {
			t.Errorf("said %q, want %q", got, tt.sentences)
		}
		if got := p.Error(); got != tt.asError {
			t.Errorf("as an error %q, want %q", got, tt.asError)
		}
	}
}
