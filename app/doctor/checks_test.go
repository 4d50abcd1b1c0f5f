package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

func TestChecksAreToldInTheLanguageInUse(t *testing.T) {
	i18n.SetLanguage(messages.Pseudo)
	t.Cleanup(func() { i18n.SetLanguage("") })
	problem := &backend.Problem{What: messages.New("fleet.sessionEndedElsewhere"),
		Why: messages.New("fleet.cloudNotAnswer"), Next: messages.New("fleet.pressStartAgain")}
	if c := checked(messages.Verbatim("x"), messages.Message{}, problem); !strings.HasPrefix(i18n.Translate(c.Why), "⟦") ||
		!strings.HasPrefix(i18n.Translate(c.Cure), "⟦") {
		t.Errorf("a check says %+v", c)
	}
}

// TestChecksKeepTheirIDs makes checks in one language and reads them in others: a support archive and scripts get
// English, whatever the window speaks, and a change of language reaches a check that was made before.
func TestChecksKeepTheirIDs(t *testing.T) {
	i18n.SetLanguage(messages.Pseudo)
	t.Cleanup(func() { i18n.SetLanguage("") })
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.yaml")
	for _, c := range []backend.Check{
		Policy(), configCheck(missing), folderCheck(dir), folderCheck(missing), clockCheck(0), clockCheck(10 * time.Minute),
	} {
		for _, m := range []messages.Message{c.Name, c.Why, c.Cure} {
			if strings.Contains(m.String(), "⟦") {
				t.Errorf("a check was translated when it was made: %q", m)
			}
		}
		if name := i18n.Translate(c.Name); !strings.HasPrefix(name, "⟦") {
			t.Errorf("the name %q is in no catalogue", name)
		}
	}
}

func TestThePolicyInForceIsDescribed(t *testing.T) {
	for _, tc := range []struct {
		policy *config.Policy
		ids    []string
		text   string
	}{
		{nil, []string{"doctor.policyNone"}, config.PolicyFile()},
		{&config.Policy{Source: "/etc/x"}, []string{"doctor.policyEmpty"}, "/etc/x sets nothing."},
		{&config.Policy{Source: "/etc/x", Allowed: []string{"eu", "us"}, Reason: "Ask Kim."},
			[]string{"doctor.policyAllows", ""}, "Only these profiles may be used: eu, us. Ask Kim."},
	} {
		m := inForce(tc.policy)
		var ids []string
		for _, part := range m.Args {
			if inner, ok := part.(messages.Message); ok {
				ids = append(ids, inner.ID)
			}
		}
		if m.ID != "" {
			ids = []string{m.ID}
		}
		if !slices.Equal(ids, tc.ids) || !strings.Contains(m.String(), tc.text) {
			t.Errorf("%+v is described as %v %q", tc.policy, ids, m)
		}
	}
}

func TestAFolderThatCannotBeWrittenIsNamed(t *testing.T) {
	dir := t.TempDir()
	if c := folderCheck(dir); !c.OK || c.Why.String() != dir {
		t.Errorf("a folder that can be written: %+v", c)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the check left %v (%v)", left, err)
	}
	if c := folderCheck(filepath.Join(dir, "none")); c.OK || c.Cure.IsZero() {
		t.Errorf("a folder that is not there: %+v", c)
	}
}

func TestAClockThatIsOffIsReported(t *testing.T) {
	for skew, fine := range map[time.Duration]bool{0: true, -clockLimit + time.Second: true, clockLimit: false,
		-clockLimit: false} {
		if c := clockCheck(skew); c.OK != fine || c.Cure.IsZero() != fine {
			t.Errorf("a clock that is off by %v: %+v", skew, c)
		}
	}
}
