package app

import (
	"os"
	"strings"
	"testing"
	"time"

	"avatar-launcher/app/words"
	"avatar-launcher/backend"
)

// inPseudo has the program speak the language that nobody speaks.
func inPseudo(t *testing.T) {
	t.Helper()
	c, err := words.Read(words.Pseudo)
	if err != nil {
		t.Fatal(err)
	}
	was := spoken.Swap(c)
	t.Cleanup(func() { spoken.Store(was) })
}

func TestProblemsAreToldInTheLanguageInUse(t *testing.T) {
	inPseudo(t)
	own := &backend.Problem{Kind: backend.KindBusy, What: "Your session was ended elsewhere", Why: "EC2 says that it is stopping.", Next: "Press Start again."}
	before := backend.Snapshot{Phase: backend.Ready, User: &backend.User{}}
	after := backend.Snapshot{Phase: backend.Idle, User: &backend.User{}, Problem: own, Notices: []backend.Notice{{Key: "keyring", Problem: own}}}

	seen := toldSnapshot(after)
	for _, p := range []*backend.Problem{seen.Problem, seen.Notices[0].Problem} {
		for _, part := range []string{p.What, p.Why, p.Next} {
			if !strings.HasPrefix(part, "⟦") || !strings.HasSuffix(part, "⟧") {
				t.Errorf("the page gets %q", part)
			}
		}
	}
	if after.Problem != own || after.Notices[0].Problem != own || strings.Contains(own.Error(), "⟦") {
		t.Error("the launcher's own problem is no longer English")
	}
	said := notificationsFor(before, after, time.Now())
	if len(said) != 1 || !strings.HasPrefix(said[0].Title, "⟦") || !strings.HasPrefix(said[0].Body, "⟦") {
		t.Errorf("notified: %+v", said)
	}
	if told(nil) != nil || toldOf(nil) != nil {
		t.Error("no problem became one")
	}
	if c := checked("x", "", own); !strings.HasPrefix(c.Why, "⟦") || !strings.HasPrefix(c.Cure, "⟦") {
		t.Errorf("a check says %+v", c)
	}
}

// What the page asks for is answered by a problem in its language: none of its services hands one on as it is.
func TestServicesTellTheirProblems(t *testing.T) {
	for _, file := range []string{"diagnose.go", "operate.go", "page.go", "past.go", "security.go", "settings.go"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "backend.ProblemOf(") {
			t.Errorf("%s makes a problem that is not told", file)
		}
	}
}
