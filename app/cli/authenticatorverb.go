package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
		Short: "Say whether an authenticator app guards your account; set one up, or take it off",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if setUp && remove {
				return usage(errors.New("--set-up and --remove exclude each other"))
			}
			if fromStdin && !setUp {
				return usage(errors.New("--code-stdin goes with --set-up"))
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
	c.Flags().BoolVar(&setUp, "set-up", false, "show a secret for an authenticator app, and take a code of it")
	c.Flags().BoolVar(&fromStdin, "code-stdin", false, "read the code from standard input")
	c.Flags().BoolVar(&remove, "remove", false, "sign in without a code from now on")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
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
	app := map[bool]string{true: "set up: signing in takes a code of it", false: "none"}
	device := map[backend.Device]string{backend.DeviceUnknown: "not known to the user pool", backend.DeviceKnown: "known, not remembered",
		backend.DeviceRemembered: "remembered: signing in here takes no code"}
	v.out.table([][]string{{"AUTHENTICATOR", app[s.Authenticator]}, {"THIS COMPUTER", device[s.Device]}})
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
	c := &conversation{visit: v, flags: signInFlags{fromStdin: fromStdin}, in: bufio.NewReader(io.LimitReader(os.Stdin, 1<<16)), out: os.Stderr}
	for {
		code, none := c.answer(*s)
		if none != nil {
			return &backend.Problem{Kind: backend.KindRefused, What: messages.New("common.authenticatorAppNotSet"), Why: messages.New("cli.noCode"), Cause: none,
				Next: messages.New("cli.setTerminalWindowGive")}
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		err = v.Identity.ConfirmAuthenticator(call, code)
		cancel()
		if err == nil {
			v.say(map[string]any{"done": "set up"}, "the authenticator app is set up")
			return nil
		}
		if backend.ProblemOf(err).Kind != backend.KindRefused {
			return err
		}
		fmt.Fprintln(c.out, i18n.ProblemOf(err).Error()+".")
	}
}

func (v *visit) removeAuthenticator(ctx context.Context) error {
	if err := v.Identity.RemoveAuthenticator(ctx); err != nil {
		return err
	}
	v.say(map[string]any{"done": "removed"}, "the authenticator app is taken off")
	return nil
}
