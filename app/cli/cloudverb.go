package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
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
		Short: "Run the embedded cloud alone, for other launchers and the AWS CLI",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return runCloud(c.Context(), o, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4566", "loopback address of the API")
	c.Flags().StringVar(&f.state, "state", "", "folder of its state (default: the launcher's own)")
	c.Flags().DurationVar(&f.warm, "boot-warm", core.BootWarm, "time from a start until the avatar answers")
	c.Flags().DurationVar(&f.cold, "boot-cold", core.BootCold, "the same for the first boot of an instance")
	c.Flags().StringVar(&f.writeProfile, "write-profile", "", "write a profile that points at this cloud to this file")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return c
}

// runCloud serves until a signal.
func runCloud(ctx context.Context, o *options, f cloudFlags) error {
	level, err := o.level(slog.LevelWarn)
	if err != nil {
		return err
	}
	if f.warm < 0 || f.cold < 0 {
		return usage(errors.New("a boot cannot take less than no time"))
	}
	dir := f.state
	if dir == "" {
		dir = config.Paths().StateDir
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return core.StateProblem(dir, err)
	}
	if a, ok := core.FindRunning(ctx, dir); ok {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.embeddedCloudFolderRuns"), Why: messages.New("cli.answers", a.Endpoint),
			Next: messages.New("cli.useOneNameAnother")}
	}
	cloud, err := core.OpenCloud(localcloud.Options{Dir: dir, BootWarm: f.warm, BootCold: f.cold, Logger: core.StderrLog(level)})
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
	a := core.CloudAddress{Endpoint: cloud.Endpoint(), Gateway: cloud.Gateway(), EdgePort: cloud.EdgePort(), Outputs: cloud.Outputs()}
	if err := core.WriteAddress(dir, a); err != nil {
		return core.StateProblem(dir, err)
	}
	if f.writeProfile != "" {
		if err := config.WriteProfile(f.writeProfile, a.File()); err != nil {
			return err
		}
	}
	announce(&printer{w: stdout, json: o.json}, a, f.writeProfile)
	<-ctx.Done()
	if err := cloud.Close(); err != nil {
		return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("cli.embeddedCloudNotEnd"), Cause: err}
	}
	return nil
}

// announce says where the cloud is and who may use it, in a form that a shell can evaluate.
func announce(p *printer, a core.CloudAddress, profile string) {
	if p.json {
		p.object(map[string]any{"type": "cloud", "endpoint": a.Endpoint, "edgePort": a.EdgePort, "profile": profile, "outputs": a.Outputs})
		return
	}
	users := map[string]string{}
	for _, u := range a.Outputs.DemoUsers {
		users[u.Username] = u.Password
	}
	fmt.Fprintf(p.w, "# The embedded cloud answers at %s; avatars at port %d. End it with Ctrl-C.\n# Demo users and their passwords:\n", a.Endpoint, a.EdgePort)
	for _, name := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintf(p.w, "#   %s  %s\n", name, users[name])
	}
	if profile != "" {
		fmt.Fprintf(p.w, "# Profile: %s\n", profile)
	}
	fmt.Fprintf(p.w, "export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%[2]s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n",
		a.Endpoint, a.Outputs.Region, a.Outputs.OperatorAccessKeyID, a.Outputs.OperatorSecretAccessKey)
}
