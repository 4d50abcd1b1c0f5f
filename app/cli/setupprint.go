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
		p.fact(map[string]any{"type": "changes", "changes": []account.Change{}}, "The stack is as it should be; nothing changes.")
		return
	}
	if p.json {
		p.object(map[string]any{"type": "changes", "changes": all})
		return
	}
	rows := [][]string{{"CHANGE", "RESOURCE", "TYPE", "REPLACES"}}
	for _, c := range all {
		rows = append(rows, []string{c.Action, c.Resource, c.Type, c.Replaces})
	}
	p.table(rows)
}

// checks prints what was looked at: a line each, and what to do under those that are not ok.
func (p *printer) checks(all []backend.Check) {
	width := 0
	for _, c := range all {
		width = max(width, columns(i18n.Translate(c.Name)))
	}
	for _, c := range all {
		mark := "ok"
		if !c.OK {
			mark = "NOT OK"
		}
		text := padded(mark, 7) + " " + padded(i18n.Translate(c.Name), width) + "  " + i18n.Translate(c.Why)
		if !c.Cure.IsZero() {
			text += "\n" + strings.Repeat(" ", width+10) + i18n.Translate(c.Cure)
		}
		p.fact(struct {
			Type string `json:"type"`
			backend.Check
		}{"check", c}, text)
	}
}
