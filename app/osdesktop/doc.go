// Package osdesktop talks to the operating system and its desktop: signals, the session's end and its bus, starting at
// log-in, file locks and the browser. It knows nothing of the launcher's own work.
package osdesktop
