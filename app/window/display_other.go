//go:build !linux || !cgo || bindings

package window

// heedDisplay is for X servers, which can go away under a window.
func heedDisplay(func()) {}
