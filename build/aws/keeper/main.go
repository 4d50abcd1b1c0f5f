// Command keeper is Avatar Launcher without a window, for servers: it keeps the warm pool.
package main

import (
	"os"

	"avatar-launcher/app/keep"
)

func main() { os.Exit(keep.Main()) }
