package doctor

import (
	"strings"
	"testing"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
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
