package cli

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/messages"
)

// callTime bounds one verb's conversation with the cloud.
const callTime = 60 * time.Second

// visit is a short verb's signed-in look at the cloud.
type visit struct {
	*core.Rooms
	user backend.User
	out  *printer
}

// visiting is what a verb does once somebody is signed in.
type visiting = func(*visit, context.Context) error

// sessionCommands are the verbs that do one thing and end.
func sessionCommands(o *options) []*cobra.Command {
	var user string
	var fromStdin, follow bool
	var pick picking
	verb := func(use, short string, do visiting) *cobra.Command {
		c := &cobra.Command{Use: use, Short: short, Args: noArguments, RunE: func(c *cobra.Command, _ []string) error {
			return withVisit(c.Context(), o, user, fromStdin, do, nil)
		}}
		c.Flags().StringVar(&user, "user", "", i18n.Text("commands.flags.user"))
		c.Flags().BoolVar(&fromStdin, "password-stdin", false, i18n.Text("commands.flags.passwordStdin"))
		c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
		return c
	}
	show := verb("logs", i18n.Text("commands.logs.short"), func(v *visit, ctx context.Context) error {
		q, err := pick.query(time.Now())
		if err != nil {
			return err
		}
		return v.logs(ctx, follow, q)
	})
	show.PreRunE = func(*cobra.Command, []string) error { _, err := pick.query(time.Now()); return err }
	show.Flags().BoolVarP(&follow, "follow", "f", false, i18n.Text("commands.logs.follow"))
	show.Flags().StringVar(&pick.level, "level", "", i18n.Text("commands.logs.level"))
	show.Flags().StringVar(&pick.grep, "grep", "", i18n.Text("commands.logs.grep"))
	show.Flags().StringVar(&pick.since, "since", "", i18n.Text("commands.logs.since"))
	var inviting inviteFlags
	share := verb("invite", i18n.Text("commands.invite.short"), func(v *visit, ctx context.Context) error {
		return v.invite(ctx, inviting)
	})
	inviting.add(share)
	return []*cobra.Command{
		verb("status", i18n.Text("commands.status.short"), (*visit).status),
		verb("connect", i18n.Text("commands.connect.short"), (*visit).connect),
		share,
		verb("stop", i18n.Text("commands.stop.short"), func(v *visit, ctx context.Context) error {
			return v.end(ctx, v.Fleet.Stop, "stopped", func(id string) string { return i18n.Text("commands.stop.done", id) })
		}),
		verb("terminate", i18n.Text("commands.terminate.short"), func(v *visit, ctx context.Context) error {
			return v.end(ctx, v.Fleet.Terminate, "terminated", func(id string) string {
				return i18n.Text("commands.terminate.done", id)
			})
		}),
		poolCommand(verb),
		show, signInCommand(o),
		signOutCommand(o), authenticatorCommand(o), passkeysCommand(o),
	}
}

// withVisit builds the rooms and signs in: by the keyring, or as --user for this one verb. Where that fails, otherwise
// has the last word, nil for none.
func withVisit(ctx context.Context, o *options, user string, fromStdin bool, do func(*visit, context.Context) error,
	otherwise func(*visit, context.Context, error) error) error {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return err
	}
	ring := commandKeyring(core.KeyringTime)
	if user != "" {
		ring = identity.Memory()
	}
	r, err := core.Build(ctx, o.profile, ring, core.StderrLog(level))
	if err != nil {
		return err
	}
	defer r.Close()
	v := &visit{Rooms: r, out: &printer{w: stdout, json: o.json}}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if user == "" {
		err = v.resume(call)
	} else {
		err = v.enter(call, user, fromStdin)
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = r.Identity.SignOut(ctx)
		}()
	}
	if err != nil && otherwise != nil {
		return otherwise(v, ctx, err)
	}
	if err != nil {
		return err
	}
	defer v.finishBackground(ctx)
	return do(v, ctx)
}

// core.FinishBackground waits for what a command has begun in the background, also after a signal: the
// process ends next.
func (v *visit) finishBackground(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), core.BackgroundTime)
	defer cancel()
	core.FinishBackground(ctx, v.Fleet)
}

func (v *visit) resume(ctx context.Context) error {
	u, err := v.Identity.Resume(ctx)
	if err != nil {
		return err
	}
	if u == nil {
		return nobody(v.Identity.Notice())
	}
	v.user = *u
	return nil
}

// errNobody says that no sign-in is kept on this computer, for sign-out: that is what it was asked for.
var errNobody = errors.New("nobody is signed in")

// nobody says why no sign-in was found; notice is the keyring's condition.
func nobody(notice *backend.Problem) error {
	p := &backend.Problem{Kind: backend.KindRefused, What: messages.New("common.nobodySignedIn"),
		Next: messages.New("cli.useSignInVerbName"), Cause: errNobody}
	switch {
	case notice != nil && errors.Is(notice, identity.ErrLocked):
		return &backend.Problem{Kind: backend.KindKeyring, What: messages.New("cli.whetherSomebodySignedInCannot"),
			Why:  messages.New("cli.keyringLocked"),
			Next: messages.New("cli.unlockSystemPasswordManager"), Cause: notice}
	case notice != nil:
		p.Kind, p.Why, p.Next = backend.KindKeyring, messages.New("cli.noKeyringComputerSession"),
			messages.New("cli.nameSomebodyUser")
	}
	return p
}

// notKept says why a sign-in did not last; notice is the keyring's condition.
func notKept(notice *backend.Problem) error {
	if errors.Is(notice, identity.ErrPortable) {
		return notice
	}
	p := &backend.Problem{Kind: backend.KindKeyring, What: messages.New("cli.nobodySignedInSinceCannot"), Cause: notice,
		Why:  messages.New("cli.noKeyringComputerSessionCould"),
		Next: messages.New("cli.startOneGnomeKeyring")}
	if errors.Is(notice, identity.ErrLocked) {
		p.Why, p.Next = messages.New("cli.keyringLocked"), messages.New("cli.unlockSystemPasswordManagerSignIn")
	}
	return p
}

func (v *visit) enter(ctx context.Context, user string, fromStdin bool) error {
	password, err := passwordFor(v.Profile, user, fromStdin)
	if err != nil {
		return err
	}
	u, challenge, err := v.Identity.SignIn(ctx, user, password)
	if err != nil {
		return err
	}
	if challenge != nil {
		return &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.signInNeedsFurtherStep", challenge.Name),
			Next: messages.New("cli.signInWindowOnce")}
	}
	v.user = *u
	return nil
}

// say prints one fact, for people or for scripts.
func (v *visit) say(fact any, text string) {
	if v.out.json {
		v.out.object(fact)
	} else {
		v.out.table([][]string{{text}})
	}
}

// connect prints a link to the avatar. The key is this process's own, so that pages opened by earlier links end.
func (v *visit) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	if s == nil {
		return &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.noAvatarConnect"),
			Next: messages.New("cli.startOneFirst")}
	}
	link, err := v.Rooms.Link(ctx, backend.Snapshot{Session: s, URL: v.Fleet.URL(*s)})
	if err != nil {
		return err
	}
	v.say(map[string]any{"connect": link}, link)
	return nil
}

// clockTime writes a time of the cloud's clock by this computer's, which the cloud is ahead of by skew.
func clockTime(t time.Time, skew time.Duration) string {
	return t.Add(-skew).Local().Format(time.DateTime)
}

// end stops or terminates the user's instance. Where there is none, that is what was asked for.
func (v *visit) end(ctx context.Context, do func(context.Context, backend.Session, messages.Message) error, done string,
	text func(instanceID string) string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	if s == nil {
		v.say(map[string]any{"instanceId": nil, "done": "nothing"}, i18n.Text("commands.stop.nothing", v.user.Username))
		return nil
	}
	if err := do(ctx, *s, messages.New("cli.askedCommandLine")); err != nil {
		return err
	}
	v.say(map[string]any{"instanceId": s.InstanceID, "done": done}, text(s.InstanceID))
	return nil
}
