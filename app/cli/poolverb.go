package cli

import (
	"context"
	"fmt"
	"strconv"
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
	rows := [][]string{{i18n.Text("commands.pool.instance"), i18n.Text("commands.pool.state"),
		i18n.Text("commands.pool.type"),
		i18n.Text("commands.pool.zone"), i18n.Text("commands.pool.epoch"), i18n.Text("commands.pool.owner")}}
	for _, m := range p.Members {
		rows = append(rows, []string{m.InstanceID, string(m.State), m.Type, m.Zone, strconv.FormatInt(m.Epoch, 10), m.Owner})
	}
	v.out.table(rows)
	for _, line := range i18n.BackoffLines(p.Backoff) {
		fmt.Fprintln(v.out.w, line)
	}
	return nil
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
