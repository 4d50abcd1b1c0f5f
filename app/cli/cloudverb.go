package cli

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// cloudFlags are those of the cloud verb.
type cloudFlags struct {
	listen, state, writeProfile string
	warm, cold                  time.Duration
}

func cloudCommand(o *options) *cobra.Command {
	var f cloudFlags
	c := &cobra.Command{
		Use:   "cloud",
		Short: i18n.Text("commands.cloud.short"),
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return runCloud(c.Context(), o, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4566", i18n.Text("commands.cloud.listen"))
	c.Flags().StringVar(&f.state, "state", "", i18n.Text("commands.cloud.state"))
	c.Flags().DurationVar(&f.warm, "boot-warm", core.BootWarm, i18n.Text("commands.cloud.bootWarm"))
	c.Flags().DurationVar(&f.cold, "boot-cold", core.BootCold, i18n.Text("commands.cloud.bootCold"))
	c.Flags().StringVar(&f.writeProfile, "write-profile", "", i18n.Text("commands.cloud.writeProfile"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

// runCloud serves until a signal.
func runCloud(ctx context.Context, o *options, f cloudFlags) error {
	level, err := o.level(slog.LevelWarn)
	if err != nil {
		return err
	}
	if f.warm < 0 || f.cold < 0 {
		return usage(messages.New("commands.cloud.bootNegative"))
	}
	dir := f.state
	if dir == "" {
		dir = config.Paths().StateDir
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return core.StateProblem(dir, err)
	}
	if a, ok := core.FindRunning(ctx, dir); ok {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.embeddedCloudFolderRuns"),
			Why:  messages.New("cli.answers", a.Endpoint),
			Next: messages.New("cli.useOneNameAnother")}
	}
	cloud, err := core.OpenCloud(localcloud.Options{Dir: dir, BootWarm: f.warm, BootCold: f.cold,
		Logger: core.StderrLog(level)})
	if err != nil {
		return core.CloudProblem(dir, err)
	}
	defer cloud.Close()
	old, _ := core.ReadAddress(dir)
	if err := cloud.Listen(f.listen, core.EdgeAddress(0, old)); err != nil {
		if err := cloud.Listen(f.listen, ""); err != nil {
			p := core.CloudProblem(dir, err)
			p.Next = messages.New("cli.nameAnotherAddressListen")
			return p
		}
	}
	a := core.CloudAddress{Endpoint: cloud.Endpoint(), Gateway: cloud.Gateway(), EdgePort: cloud.EdgePort(),
		Outputs: cloud.Outputs()}
	if err := core.WriteAddress(dir, a); err != nil {
		return core.StateProblem(dir, err)
	}
	if f.writeProfile != "" {
		if err := config.WriteProfile(f.writeProfile, a.File()); err != nil {
			return err
		}
	}
	defer tuneRuntime()()
	announce(&printer{w: stdout, json: o.json}, a, f.writeProfile)
	<-ctx.Done()
	if err := cloud.Close(); err != nil {
		return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("cli.embeddedCloudNotEnd"), Cause: err}
	}
	return nil
}

// tuneRuntime makes single calls cheap, and returns what undoes it. Clients of this process mostly wait for one answer
// before they ask again: handing such calls between processors takes half as much again as the calls themselves, and
// the heap is too small to be collected as often as it would be. The environment's GOMAXPROCS and GOGC come first.
func tuneRuntime() (undo func()) {
	processors, percent := runtime.GOMAXPROCS(0), -1
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	if os.Getenv("GOGC") == "" {
		percent = debug.SetGCPercent(400)
	}
	return func() {
		runtime.GOMAXPROCS(processors)
		if percent >= 0 {
			debug.SetGCPercent(percent)
		}
	}
}

// announce says where the cloud is and who may use it, in a form that a shell can evaluate.
func announce(p *printer, a core.CloudAddress, profile string) {
	if p.json {
		p.object(map[string]any{"type": "cloud", "endpoint": a.Endpoint, "edgePort": a.EdgePort, "profile": profile,
			"outputs": a.Outputs})
		return
	}
	users := map[string]string{}
	for _, u := range a.Outputs.DemoUsers {
		users[u.Username] = u.Password
	}
	fmt.Fprintln(p.w, i18n.Text("commands.cloud.answers", a.Endpoint, a.EdgePort))
	fmt.Fprintln(p.w, i18n.Text("commands.cloud.users"))
	for _, name := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintf(p.w, "#   %s  %s\n", name, users[name])
	}
	if profile != "" {
		fmt.Fprintln(p.w, i18n.Text("commands.cloud.profile", profile))
	}
	for _, variable := range [][2]string{
		{"AWS_ENDPOINT_URL", a.Endpoint},
		{"AWS_REGION", a.Outputs.Region},
		{"AWS_DEFAULT_REGION", a.Outputs.Region},
		{"AWS_ACCESS_KEY_ID", a.Outputs.OperatorAccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", a.Outputs.OperatorSecretAccessKey},
	} {
		fmt.Fprintf(p.w, "export %s=%s\n", variable[0], variable[1])
	}
}
