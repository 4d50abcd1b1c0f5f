package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"avatar-launcher/app/keep"
)

// keepCommand keeps the pool without a window.
func keepCommand(o *options) *cobra.Command {
	c := keep.Command(func() (string, slog.Level, error) {
		level, err := o.level(slog.LevelInfo)
		return o.profile, level, err
	})
	c.Args = noArguments
	return c
}
