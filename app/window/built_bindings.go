//go:build bindings

package window

// Generating says that this build writes the page's bindings and does nothing else.
const Generating = true
