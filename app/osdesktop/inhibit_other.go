//go:build !linux

package osdesktop

import (
	"context"
	"log/slog"
)

// Inhibitor is for logind. Windows tells the window itself, see OnSessionEnd; macOS quits programs by the menu.
type Inhibitor struct{}

// Begin does nothing.
func (*Inhibitor) Begin(context.Context, *slog.Logger, Reason, func()) {}

// Hold does nothing.
func (*Inhibitor) Hold(bool) {}
