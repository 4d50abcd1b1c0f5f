package cli

import (
	"context"
	"fmt"
	"strings"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

func (v *visit) pool(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p, err := v.Fleet.Pool(ctx)
	if err != nil {
		return err
	}
	if v.out.json {
		v.out.object(p)
		return nil
	}
	names := v.owners(ctx)
	rows := [][]string{{i18n.Text("commands.pool.instance"), i18n.Text("commands.pool.state"),
		i18n.Text("commands.pool.type"), i18n.Text("commands.pool.zone"), i18n.Text("commands.pool.owner")}}
	for _, m := range p.Members {
		owner := names[m.Owner]
		if owner == "" && m.Owner != "" {
			owner = i18n.Text("commands.pool.another")
		}
		rows = append(rows, []string{m.InstanceID, i18n.Say("pool.states." + string(m.State)), m.Type, m.Zone, owner})
	}
	v.out.table(rows)
	fmt.Fprintln(v.out.w, i18n.TiersLine(p.Tiers))
	switch p.Recycle {
	case backend.Reuse:
		fmt.Fprintln(v.out.w, i18n.Say("pool.recycle.reuse"))
	case backend.Replace:
		fmt.Fprintln(v.out.w, i18n.Say("pool.recycle.replace"))
	case backend.Reset:
		fmt.Fprintln(v.out.w, i18n.Say("pool.recycle.reset"))
	}
	for _, line := range i18n.BackoffLines(p.Backoff) {
		fmt.Fprintln(v.out.w, line)
	}
	return nil
}

// owners returns user names by user ID: the user's own, and for an operator those of all who have a session. Other users
// may not read who has which instance.
func (v *visit) owners(ctx context.Context) map[string]string {
	names := map[string]string{v.user.ID: v.user.Username}
	if v.user.Role != backend.RoleOperator {
		return names
	}
	if all, err := v.Operator.Overview(ctx); err == nil { // without it the pool is still worth printing
		for _, s := range all.Sessions {
			names[s.UserID] = s.Username
		}
	}
	return names
}

// resumePool lets the pool launch instances again after failures held it back.
func (v *visit) resumePool(ctx context.Context, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if v.user.Role != backend.RoleOperator {
		return core.NotOperator(v.user)
	}
	if err := v.Operator.Resume(ctx, v.user, strings.TrimSpace(reason)); err != nil {
		return err
	}
	v.say(map[string]any{"done": "resumed"}, i18n.Say("pool.backoff.resumed"))
	return nil
}
