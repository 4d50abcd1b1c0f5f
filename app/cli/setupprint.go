package cli

import (
	"fmt"
	"strings"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
)

// fact prints one thing, for people or for scripts.
func (p *printer) fact(fact any, text string) {
	if p.json {
		p.object(fact)
	} else {
		fmt.Fprintln(p.w, text)
	}
}

func (p *printer) event(e account.Event) {
	p.fact(struct {
		Type string `json:"type"`
		account.Event
	}{"event", e}, strings.TrimSpace(fmt.Sprintf("%-28s %-26s %-40s %s", e.Status, e.Resource, e.Type, e.Why)))
}

func (p *printer) changes(all []account.Change) {
	if len(all) == 0 {
		p.fact(map[string]any{"type": "changes", "changes": []account.Change{}}, i18n.Text("commands.setup.upToDate"))
		return
	}
	if p.json {
		p.object(map[string]any{"type": "changes", "changes": all})
		return
	}
	rows := [][]string{{i18n.Text("commands.setup.change"), i18n.Text("commands.setup.resource"),
		i18n.Text("commands.setup.type"),
		i18n.Text("commands.setup.replaces")}}
	for _, c := range all {
		rows = append(rows, []string{c.Action, c.Resource, c.Type, c.Replaces})
	}
	p.table(rows)
}

// checks prints what was looked at: a line each, and what to do under those that are not ok.
func (p *printer) checks(all []backend.Check) {
	good, bad := i18n.Text("commands.doctor.ok"), i18n.Text("commands.doctor.notOk")
	width, marks := 0, max(columns(good), columns(bad))
	for _, c := range all {
		width = max(width, columns(i18n.Translate(c.Name)))
	}
	for _, c := range all {
		mark := good
		if !c.OK {
			mark = bad
		}
		text := padded(mark, marks) + "  " + padded(i18n.Translate(c.Name), width) + "  " + i18n.Translate(c.Why)
		if !c.Cure.IsZero() {
			text += "\n" + strings.Repeat(" ", marks+width+4) + i18n.Translate(c.Cure)
		}
		p.fact(struct {
			Type string `json:"type"`
			backend.Check
		}{"check", c}, text)
	}
}
