package cli

import (
	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// whyItRuns says what a session was last used by, and what ends it when.
func (v *visit) whyItRuns(s backend.Session) [][]string {
	used := clockTime(s.LastActivity)
	if m := s.LastUseBy.Message(); !m.IsZero() {
		used += ", " + i18n.Translate(m)
	}
	rows := [][]string{{i18n.Text("commands.status.lastUsed"), used}}
	for _, t := range v.timers(&s) {
		what := i18n.Say("timers."+string(t.Kind), clockTime(t.At))
		rows = append(rows, []string{i18n.Text("commands.status.stops"), what})
	}
	return rows
}

// timers lists what will end a session, none if there is no session.
func (v *visit) timers(s *backend.Session) []backend.Timer {
	if s == nil {
		return []backend.Timer{}
	}
	return backend.SessionTimers(*s, core.Rules(v.Profile))
}

// useFacts are a session's last use as the page has it, nil if there is no session.
func useFacts(s *backend.Session) map[string]any {
	if s == nil {
		return nil
	}
	return map[string]any{"at": s.LastActivity, "by": s.LastUseBy}
}
