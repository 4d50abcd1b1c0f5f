package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// Commands returns the program's commands without what they need to run, for manual pages and shell completions.
func Commands() *cobra.Command { return commands(&options{}) }

// linkScheme is what the system opens the launcher for: <a href="avatar-launcher://open">.
const linkScheme = "avatar-launcher:"

// profileSuffix is the end of the name of a profile that opens the launcher by a double click.
const profileSuffix = ".avatar-profile"

// opened takes what the system opened the launcher for: a link, which shows the window and does nothing else, whatever
// it says, since any web page can have one; or a profile, which is used as if --profile named it.
func (o *options) opened(c *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
	case strings.HasPrefix(strings.ToLower(args[0]), linkScheme):
		return nil
	case strings.HasSuffix(args[0], profileSuffix) && o.profile == "":
		o.profile = args[0]
		return nil
	}
	return noArguments(c, args)
}
