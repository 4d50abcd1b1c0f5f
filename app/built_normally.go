//go:build !bindings

package app

// generating says that this build writes the page's bindings and does nothing else.
const generating = false
