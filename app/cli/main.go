package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// options are the flags that every verb takes, and what main hands over.
type options struct {
	profile  string
	logLevel string
	json     bool
	// endsBySignal is set by a command that, if interrupted, ends by SIGINT rather than with an exit code.
	endsBySignal bool
	ended        bool   // the command has printed how it ended
	offer        string // a link or the path of a profile that the system opened the launcher for
	files        fs.FS
	openWindow   WindowOpener
}

// WindowOpener opens the window, and returns when it is closed. It is nil in a program that has none.
type WindowOpener func(context.Context, core.WindowOptions) error

// Main runs the command that the command line names, or opens the window if it names none, and returns the exit code.
// files holds the stack's template under build/aws.
func Main(files fs.FS, openWindow WindowOpener) int {
	o := &options{files: files, openWindow: openWindow}
	if err := bePortable(os.Args[1:]); err != nil {
		o.complain(os.Stderr, err)
		return exitCode(err)
	}
	speak()
	osdesktop.NameSessionBus()
	osdesktop.ProgramEnd.Leave = func(s os.Signal) {
		if o.endsBySignal && s == os.Interrupt {
			osdesktop.DieBy(s)
		}
		os.Exit(6)
	}
	ctx, stop := osdesktop.UntilSignal(context.Background())
	defer stop()
	root := commands(o)
	root.SetOut(stdout)
	root.SetArgs(ownArguments(os.Args[1:]))
	err := root.ExecuteContext(ctx)
	if unwritten := stdout.failure(); unwritten != nil &&
		(err == nil || backend.ProblemOf(err).Kind == backend.KindUnexpected) {
		err = unwritten
	}
	if err != nil {
		o.complain(os.Stderr, err)
	}
	if err != nil && !o.ended && wantsJSON(o, os.Args[1:]) {
		(&printer{w: stdout, json: true}).failed(err)
	}
	if o.endsBySignal && osdesktop.ProgramEnd.Signal() == os.Interrupt {
		osdesktop.DieBy(os.Interrupt)
	}
	return exitCode(err)
}

// bePortable puts everything into the folder beside the program if the command line has --portable. It is looked for
// before all others, because the configuration says which language the rest is said in.
func bePortable(args []string) error {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	if !slices.Contains(args, "--portable") {
		return nil
	}
	folder, err := core.PortableFolder()
	if err != nil {
		return err
	}
	return config.UsePortable(folder)
}

// speak puts the language of the settings into use, else that of the desktop.
func speak() {
	language := ""
	if f, err := config.Load(config.Paths().ConfigFile); err == nil { // a faulty file is told of by what needs it
		language = f.Desktop.Language
	}
	i18n.SetLanguage(language)
	osdesktop.ProgramEnd.Ending = i18n.Text("commands.signal.stopping")
	osdesktop.ProgramEnd.EndsAt = func(time string) string { return i18n.Text("commands.signal.endsAt", time) }
}

func commands(o *options) *cobra.Command {
	var hidden bool
	root := &cobra.Command{
		Use:           "avatar-launcher",
		Short:         i18n.Text("commands.root.short"),
		Long:          i18n.Text("commands.root.long"),
		Version:       core.Version,
		Args:          o.opened,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return o.window(c.Context(), hidden) },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Flags().Bool("version", false, i18n.Text("commands.root.version"))
	root.SetVersionTemplate("avatar-launcher {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(flagFault(err)) })
	f := root.PersistentFlags()
	f.StringVar(&o.profile, "profile", "", i18n.Text("commands.root.profile", config.Paths().ConfigFile))
	f.StringVar(&o.logLevel, "log-level", "", i18n.Text("commands.root.logLevel"))
	f.Bool("portable", false, i18n.Text("commands.root.portable")) // see bePortable
	root.Flags().BoolVar(&hidden, "hidden", false, i18n.Text("commands.root.hidden"))
	root.AddCommand(runCommand(o), cloudCommand(o), setupCommand(o), doctorCommand(o), keepCommand(o),
		versionCommand(o))
	root.AddCommand(sessionCommands(o)...)
	translateHelp(root)
	return root
}

// window opens the window, which logs what is at least worth knowing.
func (o *options) window(ctx context.Context, hidden bool) error {
	level, err := o.level(slog.LevelInfo)
	if err != nil {
		return err
	}
	return o.openWindow(ctx, core.WindowOptions{Profile: o.profile, Level: level, Hidden: hidden, Offer: o.offer})
}

// noArguments refuses anything after the verb; a mistyped verb ends here.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(messages.New("commands.root.notACommand", args[0], c.CommandPath()))
}

// usage makes a Problem of a mistake on the command line.
func usage(why messages.Message) error {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.commandLineNotUnderstood"), Why: why,
		Next: messages.New("common.avatarLauncherHelpLists")}
}

// exitCode is what scripts see: 0 done, 1 unexpected, 2 usage or configuration, 3 sign-in refused, 4 no capacity,
// 5 cloud unreachable, 6 interrupted, 7 done with something left that others finish.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	switch backend.ProblemOf(err).Kind {
	case backend.KindConfig:
		return 2
	case backend.KindRefused, backend.KindDenied, backend.KindKeyring:
		return 3
	case backend.KindCapacity:
		return 4
	case backend.KindUnreachable:
		return 5
	case backend.KindInterrupted:
		return 6
	case backend.KindLeftover:
		return 7
	}
	return 1
}

// complain prints a problem for people: what, why, next. The raw error is for anyone who asks for details.
func (o *options) complain(w io.Writer, err error) {
	p := backend.ProblemOf(err)
	fmt.Fprintln(w, i18n.Problem(p).Sentences())
	var faults config.Faults
	if errors.As(err, &faults) && len(faults) > 1 {
		fmt.Fprintln(w, i18n.Faults(faults))
	}
	switch level, levelErr := o.level(slog.LevelError); {
	case p.Cause == nil || levelErr != nil:
	case level <= slog.LevelDebug:
		fmt.Fprintln(w, i18n.Text("commands.root.details", p.Cause))
	case p.Kind == backend.KindUnexpected:
		fmt.Fprintln(w, i18n.Text("commands.root.askDetails"))
	}
}

// level reads --log-level; or is what holds without it.
func (o *options) level(or slog.Level) (slog.Level, error) {
	if o.logLevel == "" {
		return or, nil
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(o.logLevel)); err != nil {
		return or, usage(messages.New("commands.root.notALevel", o.logLevel))
	}
	return l, nil
}
