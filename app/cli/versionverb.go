package cli

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
	"avatar-launcher/backend/updates"
)

// versionFlags are those of the version verb.
type versionFlags struct{ check, open bool }

func versionCommand(o *options) *cobra.Command {
	var f versionFlags
	c := &cobra.Command{
		Use:   "version",
		Short: i18n.Text("commands.version.short"),
		Long:  i18n.Text("commands.version.long"),
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return runVersion(c.Context(), o, f) },
	}
	c.Flags().BoolVar(&f.check, "check", false, i18n.Text("commands.version.check"))
	c.Flags().BoolVar(&f.open, "open", false, i18n.Text("commands.version.open"))
	c.Flags().BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

// runVersion prints the version and, with --check, asks whether there is a newer one.
func runVersion(ctx context.Context, o *options, f versionFlags) error {
	out := &printer{w: stdout, json: o.json}
	status := updates.Status{Running: core.Version}
	if f.check || f.open {
		checker, err := o.updates()
		if err != nil {
			return err
		}
		status = checker.Check(ctx)
	}
	out.version(status, f.check || f.open)
	if status.Trouble != nil {
		return status.Trouble
	}
	if f.open && status.Newer {
		return openDownloadPage(status.Release.Page)
	}
	return nil
}

// updates returns what looks for newer releases for the profile of the command line.
func (o *options) updates() (*updates.Checker, error) {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return nil, err
	}
	p, _, err := config.Resolve(o.profile, config.Paths().ConfigFile)
	if err != nil {
		return nil, err
	}
	checker, err := core.Updates(p, core.StderrLog(level))
	if err == nil && checker == nil {
		err = &backend.Problem{Kind: backend.KindConfig, What: messages.New("updates.cannotCheck"),
			Why: messages.New("cli.profileNamesNoReleases", p.Name), Next: messages.New("cli.setUpdatesUrl")}
	}
	return checker, err
}

func openDownloadPage(page string) error {
	if err := osdesktop.OpenURL(page, osdesktop.BrowserPatience); err != nil {
		return core.DownloadPageProblem(page, err)
	}
	return nil
}

// version prints what is known of a version. asked is whether a newer one was looked for.
func (p *printer) version(s updates.Status, asked bool) {
	files := s.Release.For(runtime.GOOS + "/" + runtime.GOARCH)
	if p.json {
		said := map[string]any{"version": s.Running}
		if asked {
			said["newer"], said["latest"], said["page"] = s.Newer, s.Release.Version, s.Release.Page
			said["news"], said["packages"] = s.Release.NewsIn(i18n.Catalogue().Language), files
		}
		p.object(said)
		return
	}
	fmt.Fprintln(p.w, "avatar-launcher "+s.Running)
	switch {
	case s.Newer:
		notice := i18n.Problem(updates.Notice(s, i18n.Catalogue().Language))
		fmt.Fprintf(p.w, "%s\n%s\n%s\n", notice.What, notice.Why, i18n.Text("commands.version.download", s.Release.Page))
		for _, f := range files {
			fmt.Fprintf(p.w, "%s  %s\n", f.SHA256, f.Name)
		}
	case asked && s.Trouble == nil:
		fmt.Fprintln(p.w, i18n.Text("commands.version.newest", s.Release.Version))
	}
}
