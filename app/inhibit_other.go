//go:build !linux

package app

import (
	"context"
	"log/slog"
)

// inhibitor is for logind. Windows tells the window itself, see heedSessionEnd; macOS quits programs by the menu.
type inhibitor struct{}

func (*inhibitor) begin(context.Context, *slog.Logger, func()) {}
func (*inhibitor) hold(bool)                                   {}
