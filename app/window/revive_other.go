//go:build !linux || !cgo || bindings

package window

import wails "github.com/wailsapp/wails/v2/pkg/runtime"

// revive loads the page anew as Wails does, by a script in the page, which helps one that has lost its way.
func (s *Shell) revive() { wails.WindowReloadApp(s.ctx) }
