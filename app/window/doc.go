// Package window holds the window, the tray and the notifications, and how they begin and end. It is the only package
// that imports Wails and the tray library.
package window
