package cli

import (
	"context"
	"time"

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
	if v.out.json {
		v.out.object(StatusFacts(v.Rooms, v.user, s, m, v.Now()))
		return nil
	}
	v.out.table(v.statusRows(s, m, v.Now()))
	return nil
}

// StatusFacts returns what status prints for scripts: s and m are nil if there is no session or no instance.
func StatusFacts(r *core.Rooms, u backend.User, s *backend.Session, m *backend.Machine,
	now time.Time) map[string]any {
	facts := map[string]any{"profile": r.Profile.Name, "user": u, "session": s, "machine": m, "url": "",
		"timers": timersOf(r, s), "use": useFacts(s), "cost": nil, "leftSeconds": nil}
	if s == nil {
		return facts
	}
	facts["url"], facts["leftSeconds"] = r.Fleet.URL(*s), int(max(0, s.ExpireAt.Sub(now)).Seconds())
	rules := core.Rules(r.Profile)
	if spent, known := rules.Prices.Session(s.Type, now.Sub(s.CreationTime), s.Sent); known {
		hourly, _ := rules.Prices.Running(s.Type)
		facts["cost"] = map[string]any{"currency": rules.Prices.Currency, "hourly": hourly, "spent": spent}
	}
	return facts
}

// statusRows are what status prints for people: s and m are nil if there is no session or no instance.
func (v *visit) statusRows(s *backend.Session, m *backend.Machine, now time.Time) [][]string {
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
		[]string{i18n.Text("commands.status.address"), v.Fleet.URL(*s)},
		[]string{i18n.Text("commands.status.publicIP"), s.PublicIP},
		[]string{i18n.Text("commands.status.created"), clockTime(s.CreationTime, v.Skew())},
		[]string{i18n.Text("commands.status.ends"), clockTime(s.ExpireAt, v.Skew())})
	rows = append(rows, v.whyItRuns(*s)...)
	rows = append(rows, v.costRow(*s, now)...)
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
	used := clockTime(s.LastActivity, v.Skew())
	if m := s.LastUseBy.Message(); !m.IsZero() {
		used += ", " + i18n.Translate(m)
	}
	rows := [][]string{{i18n.Text("commands.status.lastUsed"), used}}
	for _, t := range timersOf(v.Rooms, &s) {
		what := i18n.Say("timers."+string(t.Kind), clockTime(t.At, v.Skew()))
		rows = append(rows, []string{i18n.Text("commands.status.stops"), what})
	}
	return rows
}

// costRow says what a session has cost so far. There is none if its price is not known.
func (v *visit) costRow(s backend.Session, now time.Time) [][]string {
	prices := core.Rules(v.Profile).Prices
	spent, known := prices.Session(s.Type, now.Sub(s.CreationTime), s.Sent)
	if !known {
		return nil
	}
	return [][]string{{i18n.Text("commands.status.cost"), i18n.Money(spent, prices.Currency)}}
}

// timersOf lists what will end a session, none if there is no session.
func timersOf(r *core.Rooms, s *backend.Session) []backend.Timer {
	if s == nil {
		return []backend.Timer{}
	}
	return backend.SessionTimers(*s, core.Rules(r.Profile))
}

// useFacts are a session's last use as the page has it, nil if there is no session.
func useFacts(s *backend.Session) map[string]any {
	if s == nil {
		return nil
	}
	return map[string]any{"at": s.LastActivity, "by": s.LastUseBy}
}
