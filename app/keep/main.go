package keep

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// version is set by the linker: -X avatar-launcher/app/keep.version=…
var version = "dev"

// endTime is how long the program may go on after a signal. Then it ends whatever is under way.
const endTime = 15 * time.Second

// Main runs the program of servers, whose only command is keep, and returns the exit code: 0 done, 1 unexpected, 2
// usage or configuration, 3 refused, 5 AWS unreachable.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(endTime, func() { os.Exit(6) }) })
	root := command()
	if err := root.ExecuteContext(ctx); err != nil {
		p := backend.ProblemOf(err)
		fmt.Fprintln(os.Stderr, i18n.Problem(p).Sentences())
		if p.Kind == backend.KindUnexpected && p.Cause != nil {
			fmt.Fprintln(os.Stderr, p.Cause)
		}
		return exitCode(p.Kind)
	}
	return 0
}

func command() *cobra.Command {
	var profile, level string
	root := &cobra.Command{Use: "avatar-launcher", Short: i18n.Text("commands.keep.rootShort"), Version: version,
		SilenceErrors: true, SilenceUsage: true}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(sentence(err)) })
	root.PersistentFlags().StringVar(&profile, "profile", "",
		i18n.Text("commands.root.profile", config.Paths().ConfigFile))
	root.PersistentFlags().StringVar(&level, "log-level", "info", i18n.Text("commands.root.logLevel"))
	root.AddCommand(Command(func() (string, slog.Level, error) {
		var l slog.Level
		if err := l.UnmarshalText([]byte(level)); err != nil {
			return "", 0, usage(messages.New("commands.root.notALevel", level))
		}
		return profile, l, nil
	}))
	return root
}

func usage(why messages.Message) error {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.commandLineNotUnderstood"), Why: why,
		Next: messages.New("common.avatarLauncherHelpLists")}
}

func exitCode(k backend.Kind) int {
	switch k {
	case backend.KindConfig:
		return 2
	case backend.KindRefused, backend.KindDenied:
		return 3
	case backend.KindUnreachable:
		return 5
	case backend.KindInterrupted:
		return 6
	}
	return 1
}
