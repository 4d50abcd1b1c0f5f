package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
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

// sessionCommands are the verbs that do one thing and end.
func sessionCommands(o *options) []*cobra.Command {
	var user, resume string
	var fromStdin, follow bool
	var pick picking
	verb := func(use, short string, do func(*visit, context.Context) error) *cobra.Command {
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
	pool := verb("pool", i18n.Text("commands.pool.short"), func(v *visit, ctx context.Context) error {
		if resume != "" {
			return v.resumePool(ctx, resume)
		}
		return v.pool(ctx)
	})
	pool.Flags().StringVar(&resume, "resume", "", i18n.Text("commands.pool.resume"))
	pool.PreRunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("resume") && strings.TrimSpace(resume) == "" {
			return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.nothingChanged"),
				Why: messages.New("common.noReasonGiven"), Next: messages.New("common.writeWhyGoesAudit")}
		}
		return nil
	}
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
		pool,
		show, signInCommand(o),
		signOutCommand(o), authenticatorCommand(o),
	}
}

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

func (v *visit) status(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	var m *backend.Machine
	if s != nil {
		if m, err = v.Fleet.Machine(ctx, s.InstanceID); err != nil {
			return err
		}
	}
	url := ""
	if s != nil {
		url = v.Fleet.URL(*s)
	}
	if v.out.json {
		v.out.object(map[string]any{"profile": v.Profile.Name, "user": v.user, "session": s, "machine": m, "url": url,
			"timers": v.timers(s), "use": useFacts(s)})
		return nil
	}
	v.out.table(v.statusRows(s, m, url))
	return nil
}

// statusRows are what status prints for people: s and m are nil if there is no session or no instance.
func (v *visit) statusRows(s *backend.Session, m *backend.Machine, url string) [][]string {
	rows := [][]string{
		{i18n.Text("commands.status.profile"), v.Profile.Name},
		{i18n.Text("commands.status.user"), v.user.Username},
	}
	if s == nil {
		return append(rows, []string{i18n.Text("commands.status.instance"), i18n.Text("commands.status.noInstance")})
	}
	rows = append(rows,
		[]string{i18n.Text("commands.status.instance"), s.InstanceID},
		[]string{i18n.Text("commands.status.phase"), phaseText(s.Phase)},
		[]string{i18n.Text("commands.status.address"), url},
		[]string{i18n.Text("commands.status.publicIP"), s.PublicIP},
		[]string{i18n.Text("commands.status.created"), clockTime(s.CreationTime)},
		[]string{i18n.Text("commands.status.ends"), clockTime(s.ExpireAt)})
	rows = append(rows, v.whyItRuns(*s)...)
	if m != nil {
		rows = append(rows,
			[]string{i18n.Text("commands.status.state"), string(m.State)},
			[]string{i18n.Text("commands.status.type"), m.Type},
			[]string{i18n.Text("commands.status.zone"), m.Zone},
			[]string{i18n.Text("commands.status.image"), m.ImageID})
	}
	return rows
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

func clockTime(t time.Time) string { return t.Local().Format(time.DateTime) }

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
		untold = v.Identity.ForgetDevice(ctx)
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
