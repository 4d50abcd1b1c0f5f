package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// signInFlags are those of the sign-in verb.
type signInFlags struct {
	user, with                 string
	fromStdin, browser, forgot bool
}

func signInCommand(o *options) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use:   "sign-in [--user NAME [--with password|code]] [--browser]",
		Short: i18n.Text("commands.signIn.short"),
		Long:  i18n.Text("commands.signIn.long"),
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch f.with {
			case "", "password", "code":
			case "passkey":
				f.browser = true
			default:
				return usage(messages.New("commands.signIn.withUnknown", f.with))
			}
			switch {
			case f.with == "code" && f.forgot:
				return exclude("--with", "--forgot")
			case f.with == "code" && f.user == "":
				return needs("--with code", "--user")
			case f.browser && (f.forgot || f.fromStdin):
				return usage(messages.New("commands.signIn.browserAlone"))
			case !f.browser && f.user == "" && f.forgot:
				return needs("--forgot", "--user")
			}
			return signIn(c.Context(), o, f)
		},
	}
	c.Flags().StringVar(&f.user, "user", "", i18n.Text("commands.signIn.user"))
	c.Flags().StringVar(&f.with, "with", "", i18n.Text("commands.signIn.with"))
	c.Flags().BoolVar(&f.fromStdin, "password-stdin", false, i18n.Text("commands.signIn.passwordStdin"))
	c.Flags().BoolVar(&f.browser, "browser", false, i18n.Text("commands.signIn.browser"))
	c.Flags().BoolVar(&f.forgot, "forgot", false, i18n.Text("commands.signIn.forgot"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

// signIn keeps the sign-in in the keyring, for the other verbs and the window.
func signIn(ctx context.Context, o *options, f signInFlags) error {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return err
	}
	r, err := core.Build(ctx, o.profile, commandKeyring(core.KeyringTime), core.StderrLog(level))
	if err != nil {
		return err
	}
	defer r.Close()
	v := &visit{Rooms: r, out: &printer{w: stdout, json: o.json}}
	if err := v.openKeyring(ctx); err != nil {
		return err
	}
	c := &conversation{visit: v, flags: f, in: bufio.NewReader(typed(os.Stdin, 1<<16)), out: os.Stderr}
	user, err := c.run(ctx)
	if err != nil {
		return err
	}
	if notice := r.Identity.Notice(); notice != nil {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = r.Identity.SignOut(bye) // nothing could use it again
		return notKept(notice)
	}
	v.say(map[string]any{"user": user}, i18n.Text("commands.signIn.done", user.Username))
	return nil
}

// openKeyring opens the keyring, so that nobody types a password that cannot be kept. The sign-in in it stays until
// another one replaces it.
func (v *visit) openKeyring(ctx context.Context) error {
	_, _ = v.Identity.Resume(ctx) // one that is no longer good is replaced all the same
	if errors.Is(ctx.Err(), context.Canceled) {
		return backend.ProblemOf(ctx.Err())
	}
	if notice := v.Identity.Notice(); notice != nil {
		return notKept(notice)
	}
	return nil
}

// conversation is a sign-in at a terminal, or by the lines of standard input.
type conversation struct {
	*visit
	flags signInFlags
	in    *bufio.Reader
	out   io.Writer
}

// run signs in, step by step.
func (c *conversation) run(ctx context.Context) (*backend.User, error) {
	user, challenge, err := c.begin(ctx)
	for challenge != nil {
		if err != nil {
			fmt.Fprintln(c.out, i18n.ProblemOf(err).Sentences())
		}
		answer, none := c.answer(*challenge)
		if none != nil {
			return nil, errors.Join(err, none)
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		if answer == "resend" && challenge.Resend {
			user, challenge, err = c.Identity.Resend(call)
		} else {
			user, challenge, err = c.Identity.Respond(call, answer)
		}
		cancel()
	}
	return user, err
}

func (c *conversation) begin(ctx context.Context) (*backend.User, *backend.Challenge, error) {
	cognito := c.Profile.Cognito
	if c.flags.browser || (c.flags.user == "" || cognito.ByEmail()) && !cognito.Window() {
		user, err := c.Identity.SignInByBrowser(ctx, c.flags.user, func(s backend.Challenge) {
			fmt.Fprintln(c.out, i18n.Text("commands.signIn.goOnInBrowser", s.URL))
		})
		return user, nil, err
	}
	password := ""
	byCode := c.flags.with == "code"
	if !c.flags.forgot && !byCode {
		var err error
		if password, err = c.password(); err != nil {
			return nil, nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if byCode {
		return c.Identity.SignInByCode(ctx, c.flags.user)
	}
	if c.flags.forgot {
		return c.Identity.Forgot(ctx, c.flags.user)
	}
	return c.Identity.SignIn(ctx, c.flags.user, password)
}

func (c *conversation) password() (string, error) {
	if !c.flags.fromStdin {
		return passwordFor(c.Profile, c.flags.user, false)
	}
	if strings.TrimSpace(c.flags.user) == "" {
		return "", usage(messages.New("commands.password.noUser"))
	}
	line, err := c.line()
	if err != nil {
		return "", usage(messages.New("commands.password.noneOnStdin"))
	}
	return line, nil
}

// line is the next line of standard input.
func (c *conversation) line() (string, error) {
	answered := osdesktop.ProgramEnd.Asking(func() {})
	line, err := c.in.ReadString('\n')
	answered()
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		return line, nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return "", err
}

// answer asks for the answer to a step.
func (c *conversation) answer(s backend.Challenge) (string, error) {
	question, secret := question(s)
	terminal := term.IsTerminal(int(os.Stdin.Fd()))
	if terminal || c.flags.fromStdin {
		fmt.Fprint(c.out, question+": ")
	}
	var line string
	var err error
	switch {
	case terminal && secret:
		var typed []byte
		typed, err = readSecret(int(os.Stdin.Fd()))
		line = string(typed)
	case terminal || c.flags.fromStdin:
		line, err = c.line()
		if c.flags.fromStdin {
			fmt.Fprintln(c.out)
		}
	default:
		err = io.EOF
	}
	if err != nil || line == "" {
		return "", &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.signInNeedsFurtherStep", s.Name),
			Cause: err,
			Next:  messages.New("cli.signInTerminalWindowGive")}
	}
	return line, nil
}

// question words a step for a terminal; a secret answer is not shown while it is typed.
func question(s backend.Challenge) (text string, secret bool) {
	switch s.Name {
	case "NEW_PASSWORD_REQUIRED", backend.StepResetPassword:
		return i18n.Text("commands.question.newPassword"), true
	case backend.StepAttribute:
		name := strings.ReplaceAll(strings.TrimPrefix(s.Attribute, "custom:"), "_", " ")
		return i18n.Text("commands.question.attribute", name), false
	case "MFA_SETUP":
		return i18n.Text("commands.question.addSecret", s.Secret), false
	case "SOFTWARE_TOKEN_MFA":
		return i18n.Text("commands.question.appCode"), false
	case backend.StepEmailSetup:
		return i18n.Text("commands.question.email"), false
	case backend.StepChooseSetup:
		return i18n.Text("commands.question.chooseFactor", strings.Join(s.Choices, ", ")), false
	case "SELECT_MFA_TYPE":
		return i18n.Text("commands.question.chooseCode", strings.Join(s.Choices, ", ")), false
	case backend.StepRemember:
		return i18n.Text("commands.question.remember"), false
	}
	return codeQuestion(s), false
}

// codeQuestion asks for a code that may have been sent, and may be sent again.
func codeQuestion(s backend.Challenge) string {
	switch sent := s.Destination != ""; {
	case sent && s.Resend:
		return i18n.Text("commands.question.codeSentResend", s.Destination)
	case sent:
		return i18n.Text("commands.question.codeSent", s.Destination)
	case s.Resend:
		return i18n.Text("commands.question.codeResend")
	}
	return i18n.Text("commands.question.code")
}
