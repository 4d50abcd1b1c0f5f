package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/messages"
)

// signOutCommand takes it as done where nobody is signed in, and signs out here where the cloud does not answer.
func signOutCommand(o *options) *cobra.Command {
	var forget bool
	c := &cobra.Command{Use: "sign-out [--forget-device]", Short: i18n.Text("commands.signOut.short"), Args: noArguments}
	c.RunE = func(c *cobra.Command, _ []string) error {
		err := withVisit(c.Context(), o, "", false, func(v *visit, ctx context.Context) error {
			return v.signOut(ctx, forget)
		},
			func(v *visit, ctx context.Context, cause error) error { return v.signOutAlone(ctx, forget, cause) })
		if errors.Is(err, errNobody) {
			v := &visit{out: &printer{w: stdout, json: o.json}}
			v.say(map[string]any{"done": "nothing"}, i18n.Text("commands.signOut.nothing"))
			return nil
		}
		return err
	}
	c.Flags().BoolVar(&forget, "forget-device", false, i18n.Text("commands.signOut.forgetDevice"))
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
