package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// authenticatorCommand is the settings page's part about authenticator apps.
func authenticatorCommand(o *options) *cobra.Command {
	var setUp, remove, fromStdin bool
	c := &cobra.Command{
		Use:   "authenticator [--set-up | --remove]",
		Short: i18n.Text("commands.authenticator.short"),
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if setUp && remove {
				return exclude("--set-up", "--remove")
			}
			if fromStdin && !setUp {
				return needs("--code-stdin", "--set-up")
			}
			return withVisit(c.Context(), o, "", false, func(v *visit, ctx context.Context) error {
				switch {
				case setUp:
					return v.setUpAuthenticator(ctx, fromStdin)
				case remove:
					return v.removeAuthenticator(ctx)
				}
				return v.showSecurity(ctx)
			}, nil)
		},
	}
	c.Flags().BoolVar(&setUp, "set-up", false, i18n.Text("commands.authenticator.setUp"))
	c.Flags().BoolVar(&fromStdin, "code-stdin", false, i18n.Text("commands.authenticator.codeStdin"))
	c.Flags().BoolVar(&remove, "remove", false, i18n.Text("commands.authenticator.remove"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

func (v *visit) showSecurity(ctx context.Context) error {
	s, err := v.Identity.Security(ctx)
	if err != nil {
		return err
	}
	if v.out.json {
		v.out.object(s)
		return nil
	}
	app := i18n.Text("commands.authenticator.appNone")
	if s.Authenticator {
		app = i18n.Text("commands.authenticator.appSetUp")
	}
	computer := map[backend.Device]messages.Message{
		backend.DeviceUnknown:    messages.New("commands.authenticator.computerUnknown"),
		backend.DeviceKnown:      messages.New("commands.authenticator.computerKnown"),
		backend.DeviceRemembered: messages.New("commands.authenticator.computerRemembered"),
	}
	v.out.table([][]string{
		{i18n.Text("commands.authenticator.app"), app},
		{i18n.Text("commands.authenticator.computer"), i18n.Translate(computer[s.Device])},
	})
	return nil
}

// setUpAuthenticator asks again after a wrong code, at a terminal and by the lines of standard input alike.
func (v *visit) setUpAuthenticator(ctx context.Context, fromStdin bool) error {
	call, cancel := context.WithTimeout(ctx, callTime)
	s, err := v.Identity.BeginAuthenticator(call)
	cancel()
	if err != nil {
		return err
	}
	c := &conversation{visit: v, flags: signInFlags{fromStdin: fromStdin},
		in: bufio.NewReader(typed(os.Stdin, 1<<16)), out: os.Stderr}
	for {
		code, none := c.answer(*s)
		if none != nil {
			return &backend.Problem{Kind: backend.KindRefused, What: messages.New("common.authenticatorAppNotSet"),
				Why: messages.New("cli.noCode"), Cause: none,
				Next: messages.New("cli.setTerminalWindowGive")}
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		err = v.Identity.ConfirmAuthenticator(call, code)
		cancel()
		if err == nil {
			v.say(map[string]any{"done": "set up"}, i18n.Text("commands.authenticator.done"))
			return nil
		}
		if backend.ProblemOf(err).Kind != backend.KindRefused {
			return err
		}
		fmt.Fprintln(c.out, i18n.ProblemOf(err).Sentences())
	}
}

func (v *visit) removeAuthenticator(ctx context.Context) error {
	if err := v.Identity.RemoveAuthenticator(ctx); err != nil {
		return err
	}
	v.say(map[string]any{"done": "removed"}, i18n.Text("commands.authenticator.removed"))
	return nil
}
