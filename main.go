// Avatar Launcher takes one person from sign-in to a running avatar on an instance of their own, and back.
package main

import (
	"context"
	"embed"
	"os"

	"avatar-launcher/app/cli"
	"avatar-launcher/app/core"
	"avatar-launcher/app/window"
)

//go:embed all:frontend/dist build/aws/avatar-launcher.yaml
var files embed.FS

//go:embed build/appicon.png
var icon []byte

func main() {
	if window.Generating {
		_ = window.WriteBindings(files) // Wails says itself what went wrong
		return
	}
	os.Exit(cli.Main(files, func(ctx context.Context, o core.WindowOptions) error {
		return window.Open(ctx, files, icon, o)
	}))
}
