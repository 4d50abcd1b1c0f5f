package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// poolCommand shows the pool; its subcommands are an operator's.
func poolCommand(verb func(use, short string, do visiting) *cobra.Command) *cobra.Command {
	pool := verb("pool", i18n.Text("commands.pool.short"), (*visit).pool)
	var version string
	rollout := operatorCommand(verb, "rollout", i18n.Text("commands.pool.rolloutShort"),
		func(ctx context.Context, v *visit, _, reason string) error {
			if err := v.Operator.Rollout(ctx, v.user, version, reason); err != nil {
				return err
			}
			v.say(map[string]any{"done": "rollout"}, i18n.Text("commands.pool.rolloutDone"))
			return nil
		})
	rollout.Flags().StringVar(&version, "to", "", i18n.Text("commands.pool.to"))
	rollout.Example = "  avatar-launcher pool rollout --reason \"image of June\"\n" +
		"  avatar-launcher pool rollout --to 3 --reason \"the newer one crashes\""
	pause := operatorCommand(verb, "pause", i18n.Text("commands.pool.pauseShort"),
		func(ctx context.Context, v *visit, _, reason string) error {
			if err := v.Operator.Pause(ctx, v.user, reason); err != nil {
				return err
			}
			v.say(map[string]any{"done": "paused"}, i18n.Text("commands.pool.pauseDone"))
			return nil
		})
	resume := operatorCommand(verb, "resume", i18n.Text("commands.pool.resumeShort"),
		func(ctx context.Context, v *visit, _, reason string) error {
			if err := v.Operator.Resume(ctx, v.user, reason); err != nil {
				return err
			}
			v.say(map[string]any{"done": "resumed"}, i18n.Say("pool.backoff.resumed"))
			return nil
		})
	drain := operatorCommand(verb, "drain "+i18n.Text("commands.pool.instance"), i18n.Text("commands.pool.drainShort"),
		func(ctx context.Context, v *visit, instanceID, reason string) error {
			if err := v.Operator.Drain(ctx, v.user, instanceID, reason); err != nil {
				return err
			}
			v.say(map[string]any{"done": "draining", "instanceId": instanceID},
				i18n.Text("commands.pool.drainDone", instanceID))
			return nil
		})
	drain.Example = "  avatar-launcher pool drain i-0123456789abcdef0 --reason \"its disk is full\""
	pool.AddCommand(rollout, pause, resume, drain)
	return pool
}

// operatorCommand is a verb of operators. Each needs a reason, which goes into the audit; one whose use names an
// argument takes one.
func operatorCommand(verb func(use, short string, do visiting) *cobra.Command, use, short string,
	do func(ctx context.Context, v *visit, argument, reason string) error) *cobra.Command {
	var argument, reason string
	c := verb(use, short, func(v *visit, ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		if v.user.Role != backend.RoleOperator {
			return core.NotOperator(v.user)
		}
		return do(ctx, v, argument, strings.TrimSpace(reason))
	})
	c.Flags().StringVar(&reason, "reason", "", i18n.Text("commands.pool.reason"))
	if c.Name() != use {
		c.Args = func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(messages.New("commands.pool.drainWhat"))
			}
			argument = args[0]
			return nil
		}
	}
	c.PreRunE = func(*cobra.Command, []string) error {
		if strings.TrimSpace(reason) == "" {
			return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.nothingChanged"),
				Why: messages.New("common.noReasonGiven"), Next: messages.New("common.writeWhyGoesAudit")}
		}
		return nil
	}
	return c
}

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
		i18n.Text("commands.pool.type"), i18n.Text("commands.pool.zone"), i18n.Text("commands.pool.version"),
		i18n.Text("commands.pool.owner")}}
	for _, m := range p.Members {
		owner := names[m.Owner]
		if owner == "" && m.Owner != "" {
			owner = i18n.Text("commands.pool.another")
		}
		state := i18n.Say("pool.states." + string(m.State))
		if m.Draining {
			state += ", " + i18n.Text("commands.pool.draining")
		}
		rows = append(rows, []string{m.InstanceID, state, m.Type, m.Zone, m.Template, owner})
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
	for _, line := range i18n.RolloutLines(p.Rollout) {
		fmt.Fprintln(v.out.w, line)
	}
	for _, line := range i18n.BackoffLines(p.Backoff) {
		fmt.Fprintln(v.out.w, line)
	}
	return nil
}

// owners returns user names by user ID: the user's own, and for an operator those of all who have a session. Other
// users may not read who has which instance.
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
