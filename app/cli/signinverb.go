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
	user                       string
	fromStdin, browser, forgot bool
}

func signInCommand(o *options) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use:   "sign-in [--user NAME | --browser]",
		Short: "Sign in and keep the sign-in in the keyring",
		Long:  "Signs in and keeps the sign-in in the keyring, for the window and the other verbs. What Cognito asks further, such as\na code, is asked at the terminal; with --password-stdin it is read from the lines after the password. The answer\nresend has another code sent.",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case f.browser && (f.user != "" || f.forgot || f.fromStdin):
				return usage(errors.New("--browser goes without the other flags of a sign-in: the browser asks who it is"))
			case !f.browser && f.user == "" && f.forgot:
				return usage(errors.New("--forgot needs --user"))
			}
			return signIn(c.Context(), o, f)
		},
	}
	c.Flags().StringVar(&f.user, "user", "", "who signs in")
	c.Flags().BoolVar(&f.fromStdin, "password-stdin", false, "read the password, and further answers, from the lines of standard input")
	c.Flags().BoolVar(&f.browser, "browser", false, "sign in by the system's browser")
	c.Flags().BoolVar(&f.forgot, "forgot", false, "the password is forgotten: have a code sent, and set a new one")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
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
	if err := v.makeRoom(ctx); err != nil {
		return err
	}
	c := &conversation{visit: v, flags: f, in: bufio.NewReader(io.LimitReader(os.Stdin, 1<<16)), out: os.Stderr}
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
	v.say(map[string]any{"user": user}, "signed in as "+user.Username)
	return nil
}

// makeRoom opens the keyring, so that nobody types a password that cannot be kept, and revokes the sign-in in it,
// which the new one will replace.
func (v *visit) makeRoom(ctx context.Context) error {
	u, _ := v.Identity.Resume(ctx) // one that is no longer good is replaced all the same
	if errors.Is(ctx.Err(), context.Canceled) {
		return backend.ProblemOf(ctx.Err())
	}
	if notice := v.Identity.Notice(); notice != nil {
		return notKept(notice)
	}
	if u == nil {
		return nil
	}
	return v.Identity.SignOut(ctx)
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
			fmt.Fprintln(c.out, i18n.ProblemOf(err).Error()+".")
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
	if c.flags.browser || c.flags.user == "" && !c.Profile.Cognito.Window() {
		user, err := c.Identity.SignInByBrowser(ctx, func(s backend.Challenge) {
			fmt.Fprintf(c.out, "Go on in your browser. If no page opens there, open this address:\n%s\n", s.URL)
		})
		return user, nil, err
	}
	password := ""
	if !c.flags.forgot {
		var err error
		if password, err = c.password(); err != nil {
			return nil, nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
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
		return "", usage(errors.New("--user is missing"))
	}
	line, err := c.line()
	if err != nil {
		return "", usage(errors.New("standard input holds no password"))
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
		return "", &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.signInNeedsFurtherStep", s.Name), Cause: err,
			Next: messages.New("cli.signInTerminalWindowGive")}
	}
	return line, nil
}

// question words a step for a terminal; a secret answer is not shown while it is typed.
func question(s backend.Challenge) (text string, secret bool) {
	to := ""
	if s.Destination != "" {
		to = " that was sent to " + s.Destination
	}
	switch s.Name {
	case "NEW_PASSWORD_REQUIRED", backend.StepResetPassword:
		return "New password", true
	case backend.StepAttribute:
		return "Your " + strings.ReplaceAll(strings.TrimPrefix(s.Attribute, "custom:"), "_", " "), false
	case "MFA_SETUP":
		return "Add the secret " + s.Secret + " to your authenticator app, then type the code that it shows", false
	case "SOFTWARE_TOKEN_MFA":
		return "Code of your authenticator app", false
	case backend.StepEmailSetup:
		return "Your e-mail address, for a code at each sign-in", false
	case backend.StepChooseSetup:
		return "Which second factor to set up, one of " + strings.Join(s.Choices, ", "), false
	case "SELECT_MFA_TYPE":
		return "Where the code should come from, one of " + strings.Join(s.Choices, ", "), false
	case backend.StepRemember:
		return "Remember this computer, yes or no", false
	}
	if s.Resend {
		to += " (or resend, for another one)"
	}
	return "Code" + to, false
}
