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
	problem := &backend.Problem{What: "Your session was ended elsewhere", Why: "The cloud does not answer.", Next: "Press Start again."}
	if c := checked("x", "", problem); !strings.HasPrefix(c.Why, "⟦") || !strings.HasPrefix(c.Cure, "⟦") {
		t.Errorf("a check says %+v", c)
	}
}
