package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
)

// passkeysCommand shows, adds and removes the passkeys of the account.
func passkeysCommand(o *options) *cobra.Command {
	var add bool
	var remove string
	c := &cobra.Command{
		Use:   "passkeys [--add | --remove ID]",
		Short: i18n.Text("commands.passkeys.short"),
		Long:  i18n.Text("commands.passkeys.long"),
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if add && remove != "" {
				return exclude("--add", "--remove")
			}
			return withVisit(c.Context(), o, "", false, func(v *visit, ctx context.Context) error {
				switch {
				case add:
					return v.addPasskey(ctx)
				case remove != "":
					return v.removePasskey(ctx, remove)
				}
				return v.showPasskeys(ctx)
			}, nil)
		},
	}
	c.Flags().BoolVar(&add, "add", false, i18n.Text("commands.passkeys.add"))
	c.Flags().StringVar(&remove, "remove", "", i18n.Text("commands.passkeys.remove"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

func (v *visit) showPasskeys(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	all, err := v.Identity.Passkeys(ctx)
	if err != nil {
		return err
	}
	if v.out.json {
		v.out.object(map[string]any{"passkeys": all})
		return nil
	}
	if len(all) == 0 {
		v.say(nil, i18n.Text("commands.passkeys.nothing"))
		return nil
	}
	rows := [][]string{{i18n.Text("commands.passkeys.name"), i18n.Text("commands.passkeys.made"),
		i18n.Text("commands.passkeys.id")}}
	for _, k := range all {
		rows = append(rows, []string{k.Name, k.Created.Local().Format(time.DateTime), k.ID})
	}
	v.out.table(rows)
	return nil
}

func (v *visit) addPasskey(ctx context.Context) error {
	err := v.Identity.AddPasskey(ctx, func(address string) {
		fmt.Fprintln(os.Stderr, i18n.Text("commands.signIn.goOnInBrowser", address))
	})
	if err != nil {
		return err
	}
	v.say(map[string]any{"done": "added"}, i18n.Text("commands.passkeys.added"))
	return nil
}

func (v *visit) removePasskey(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := v.Identity.RemovePasskey(ctx, id); err != nil {
		return err
	}
	v.say(map[string]any{"done": "removed"}, i18n.Text("commands.passkeys.removed"))
	return nil
}
