// Package bridge holds the services that the page calls, and what they answer. Nothing of a window is in it: what only
// a window can do is an interface.
package bridge
