package cli

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/doctor"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/messages"
)

func doctorCommand(o *options) *cobra.Command {
	var user string
	var fromStdin bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: i18n.Text("commands.doctor.short"),
		Long:  i18n.Text("commands.doctor.long"),
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return runDoctor(c.Context(), o, user, fromStdin) },
	}
	c.Flags().StringVar(&user, "user", "", i18n.Text("commands.doctor.user"))
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, i18n.Text("commands.flags.passwordStdin"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

// runDoctor looks at this computer first: what is wrong here explains what goes wrong after it.
func runDoctor(ctx context.Context, o *options, user string, fromStdin bool) error {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return err
	}
	out := &printer{w: stdout, json: o.json}
	all := append(doctor.Computer(), doctor.Policy())
	// a look as --user touches no keyring: it could ask for a password that nobody is there to type
	ring := identity.Memory()
	if user == "" {
		ring = commandKeyring(doctor.KeyringTime)
		all = append(all, doctor.Keyring(ring))
	}
	r, err := core.Build(ctx, o.profile, ring, core.StderrLog(level))
	if err != nil {
		out.checks(append(all, doctor.Failed(messages.New("cli.profile"), err)))
		return unwell(1)
	}
	defer r.Close()
	all = append(all, backend.Check{Name: messages.New("cli.profile"), OK: true,
		Why: messages.New("cli.inAt", r.Profile.Name, r.Profile.Region, endpointOf(r.Profile))})
	v := &visit{Rooms: r, out: out}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	all = append(all, doctor.Cloud(call, r, v.arrive(call, user, fromStdin), &v.user)...)
	if user != "" && v.user.ID != "" {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = r.Identity.SignOut(ctx)
		}()
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return backend.ProblemOf(ctx.Err())
	}
	out.checks(all)
	bad := 0
	for _, c := range all {
		if !c.OK {
			bad++
		}
	}
	if bad > 0 {
		return unwell(bad)
	}
	return nil
}

func unwell(n int) error {
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("commands.doctor.checksNotOk", n),
		Next: messages.New("cli.eachSaysAbove")}
}

// arrive signs in, as --user or by the keyring.
func (v *visit) arrive(ctx context.Context, user string, fromStdin bool) error {
	if user != "" {
		return v.enter(ctx, user, fromStdin)
	}
	return v.resume(ctx)
}

func endpointOf(p config.Profile) string {
	if p.Endpoint == "" {
		return "AWS"
	}
	return p.Endpoint
}
