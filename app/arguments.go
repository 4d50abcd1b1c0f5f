//go:build !dev

package app

// ownArguments are all of them.
func ownArguments(args []string) []string { return args }
