// Package cli holds the commands, one a file, and what they print. It knows nothing of Wails: main hands it a function
// that opens the window.
package cli
