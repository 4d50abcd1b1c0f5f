package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// Commands returns the program's commands without what they need to run, for manual pages and shell completions.
func Commands() *cobra.Command { return commands(&options{}) }

// linkScheme is what the system opens the launcher for: <a href="avatar-launcher://open">.
const linkScheme = "avatar-launcher:"

// profileSuffix is the end of the name of a profile that opens the launcher by a double click.
const profileSuffix = ".avatar-profile"

// opened takes what the system opened the launcher for: a link, or the file of a profile. The window shows what a
// profile is before it is trusted, since any web page can have a link and anybody can send a file.
func (o *options) opened(c *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
	case strings.HasPrefix(strings.ToLower(args[0]), linkScheme):
		o.offer = args[0]
		return nil
	case strings.HasSuffix(args[0], profileSuffix):
		path, err := filepath.Abs(args[0]) // another launcher may be the one that opens it
		if err != nil {
			return err
		}
		o.offer = path
		return nil
	}
	return noArguments(c, args)
}
