//go:build dev

package cli

import "strings"

// ownArguments leaves out the flags that the development build of Wails reads from the command line by itself.
func ownArguments(args []string) []string {
	own := []string{}
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch name {
		case "devserver", "assetdir", "frontenddevserverurl", "loglevel":
			if !joined {
				i++ // its value
			}
		default:
			own = append(own, args[i])
		}
	}
	return own
}
