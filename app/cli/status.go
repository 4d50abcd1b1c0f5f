package cli

import (
	"context"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

func (v *visit) status(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	var m *backend.Machine
	if s != nil {
		if m, err = v.Fleet.Machine(ctx, s.InstanceID); err != nil {
			return err
		}
	}
	url := ""
	if s != nil {
		url = v.Fleet.URL(*s)
	}
	if v.out.json {
		v.out.object(map[string]any{"profile": v.Profile.Name, "user": v.user, "session": s, "machine": m, "url": url,
			"timers": v.timers(s), "use": useFacts(s)})
		return nil
	}
	v.out.table(v.statusRows(s, m, url))
	return nil
}

// statusRows are what status prints for people: s and m are nil if there is no session or no instance.
func (v *visit) statusRows(s *backend.Session, m *backend.Machine, url string) [][]string {
	rows := [][]string{
		{i18n.Text("commands.status.profile"), v.Profile.Name},
		{i18n.Text("commands.status.user"), v.user.Username},
	}
	if s == nil {
		return append(rows, []string{i18n.Text("commands.status.instance"), i18n.Text("commands.status.noInstance")})
	}
	rows = append(rows,
		[]string{i18n.Text("commands.status.instance"), s.InstanceID},
		[]string{i18n.Text("commands.status.phase"), phaseText(s.Phase)},
		[]string{i18n.Text("commands.status.address"), url},
		[]string{i18n.Text("commands.status.publicIP"), s.PublicIP},
		[]string{i18n.Text("commands.status.created"), clockTime(s.CreationTime)},
		[]string{i18n.Text("commands.status.ends"), clockTime(s.ExpireAt)})
	rows = append(rows, v.whyItRuns(*s)...)
	if m != nil {
		rows = append(rows,
			[]string{i18n.Text("commands.status.state"), string(m.State)},
			[]string{i18n.Text("commands.status.type"), m.Type},
			[]string{i18n.Text("commands.status.zone"), m.Zone},
			[]string{i18n.Text("commands.status.image"), m.ImageID})
	}
	return rows
}

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
