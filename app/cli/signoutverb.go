package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/messages"
)

// signOutCommand takes it as done where nobody is signed in, and signs out here where the cloud does not answer.
func signOutCommand(o *options) *cobra.Command {
	var forget, browser bool
	c := &cobra.Command{
		Use:   "sign-out [--forget-device] [--browser]",
		Short: i18n.Text("commands.signOut.short"),
		Args:  noArguments,
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		err := withVisit(c.Context(), o, "", false, func(v *visit, ctx context.Context) error {
			if err := v.signOut(ctx, forget); err != nil || !browser {
				return err
			}
			return v.signOutInBrowser(ctx)
		}, func(v *visit, ctx context.Context, cause error) error {
			if browser && errors.Is(cause, errNobody) {
				return v.signOutInBrowser(ctx)
			}
			return v.signOutAlone(ctx, forget, cause)
		})
		if errors.Is(err, errNobody) {
			v := &visit{out: &printer{w: stdout, json: o.json}}
			v.say(map[string]any{"done": "nothing"}, i18n.Text("commands.signOut.nothing"))
			return nil
		}
		return err
	}
	c.Flags().BoolVar(&forget, "forget-device", false, i18n.Text("commands.signOut.forgetDevice"))
	c.Flags().BoolVar(&browser, "browser", false, i18n.Text("commands.signOut.browser"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

func (v *visit) signOut(ctx context.Context, forget bool) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err == nil && s != nil {
		err = v.Fleet.Stop(ctx, *s, messages.New("cli.signOut"))
		v.finishBackground(ctx)
	}
	if err != nil {
		return err
	}
	var untold error // the sign-out goes on: this computer has forgotten by itself
	if forget {
		if untold = v.Identity.ForgetDevice(ctx); errors.Is(untold, identity.ErrNotRemembered) {
			untold = nil
		}
	}
	if err := errors.Join(untold, v.Identity.SignOut(ctx)); err != nil {
		return err
	}
	v.say(map[string]any{"done": "signed out"}, i18n.Text("commands.signOut.done"))
	return nil
}

// signOutInBrowser signs the browser out of the sign-in pages, and of a SAML provider behind them.
func (v *visit) signOutInBrowser(ctx context.Context) error {
	err := v.Identity.SignOutInBrowser(ctx, func(address string) {
		fmt.Fprintln(os.Stderr, i18n.Text("commands.signIn.goOnInBrowser", address))
	})
	if err != nil {
		return err
	}
	v.say(map[string]any{"done": "signed out in the browser"}, i18n.Text("commands.signOut.inBrowser"))
	return nil
}

// signOutAlone signs out of a sign-in that could not be resumed because the cloud does not answer.
func (v *visit) signOutAlone(ctx context.Context, forget bool, cause error) error {
	if p := backend.ProblemOf(cause); p.Kind != backend.KindUnreachable {
		return cause
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	p := &backend.Problem{Kind: backend.KindUnreachable, What: messages.New("cli.signedOutComputer"), Cause: cause,
		Why: messages.New("cli.cloudNotAnswerInstance")}
	if forget {
		_ = v.Identity.ForgetDevice(ctx) // here it is done; Cognito keeps a computer that can prove nothing
	}
	if err := v.Identity.SignOut(ctx); err != nil {
		p.Next = backend.ProblemOf(err).Next
	}
	return p
}
