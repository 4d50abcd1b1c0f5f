//go:build !headless

// Avatar Launcher takes one person from sign-in to a running avatar on an instance of their own, and back.
package main

import (
	"embed"
	"os"

	"avatar-launcher/app"
)

//go:embed all:frontend/dist build/aws/avatar-launcher.yaml
var page embed.FS

//go:embed build/appicon.png
var icon []byte

func main() { os.Exit(app.Main(page, icon)) }
