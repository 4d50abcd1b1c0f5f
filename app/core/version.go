package core

// Version is the launcher's. The linker sets it: -X avatar-launcher/app/core.Version=…
var Version = "dev"
