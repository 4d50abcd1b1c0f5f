package window

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"
)

// The size of a window that has no place yet, and the least that a page needs.
const (
	usualWidth, usualHeight = 1100, 760
	leastWidth, leastHeight = 800, 560
)

// place is where a window was on a display, in the display's logical pixels.
type place struct {
	X          int  `json:"x"`
	Y          int  `json:"y"`
	Positioned bool `json:"positioned"` // X and Y are known: Wayland tells no program where its window is
	Width      int  `json:"width"`
	Height     int  `json:"height"`
	Maximised  bool `json:"maximised"`
}

// places are the window's places by display, which its size stands for. A laptop so has one place at its dock and
// another one without.
type places struct {
	Displays map[string]place `json:"displays"`
	Last     string           `json:"last"` // the display that the window was on when it was last seen
}

func displayKey(width, height int) string { return strconv.Itoa(width) + "x" + strconv.Itoa(height) }

// visible returns a place that is wholly on a display of a size, as near to p as possible.
func (p place) visible(width, height int) place {
	p.Width = min(max(p.Width, leastWidth), max(width, leastWidth))
	p.Height = min(max(p.Height, leastHeight), max(height, leastHeight))
	p.X = max(0, min(p.X, width-p.Width))
	p.Y = max(0, min(p.Y, height-p.Height))
	return p
}

// note remembers where the window is on a display. A position that isn't on it is left out: with several displays GTK
// counts from the corner of all of them, and sets positions from that of one.
func (all *places) note(width, height int, now place) {
	key := displayKey(width, height)
	if now.Positioned && (now.X < 0 || now.Y < 0 || now.X >= width || now.Y >= height) {
		now.X, now.Y, now.Positioned = 0, 0, false
	}
	if now.Maximised { // the size before that is the one to return to
		before, ok := all.Displays[key]
		if !ok {
			before = place{Width: usualWidth, Height: usualHeight}
		}
		before.Maximised = true
		now = before
	}
	if all.Displays == nil {
		all.Displays = map[string]place{}
	}
	all.Displays[key], all.Last = now, key
}

// first returns the size in which the window opens, before it is known on which display.
func (all places) first() (width, height int) {
	p, ok := all.Displays[all.Last]
	if !ok {
		return usualWidth, usualHeight
	}
	return max(p.Width, leastWidth), max(p.Height, leastHeight)
}

func placesFile(stateDir string) string { return filepath.Join(stateDir, "window.json") }

// readPlaces returns no places if the file cannot be read: the window then opens as it did the first time.
func readPlaces(stateDir string) (all places) {
	data, err := os.ReadFile(placesFile(stateDir))
	if err != nil || json.Unmarshal(data, &all) != nil {
		return places{}
	}
	return all
}

func (all places) write(stateDir string) error {
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(placesFile(stateDir), data, 0o600)
}

// display returns the size of the display that the window is on.
func display(ctx context.Context) (width, height int, ok bool) {
	screens, err := wails.ScreenGetAll(ctx)
	if err != nil {
		return 0, 0, false
	}
	for _, s := range screens {
		if s.IsCurrent && s.Size.Width > 0 && s.Size.Height > 0 {
			return s.Size.Width, s.Size.Height, true
		}
	}
	return 0, 0, false
}

// restorePlace puts the window where it was on the display that it has opened on, as far as that is visible now.
func (s *Shell) restorePlace(ctx context.Context) {
	width, height, ok := display(ctx)
	if !ok {
		return
	}
	p, known := readPlaces(s.stateDir).Displays[displayKey(width, height)]
	if !known {
		return
	}
	p = p.visible(width, height)
	wails.WindowSetSize(ctx, p.Width, p.Height)
	if p.Positioned {
		wails.WindowSetPosition(ctx, p.X, p.Y)
	}
	if p.Maximised {
		wails.WindowMaximise(ctx)
	}
}

// rememberPlace writes down where the window is. It waits a moment only: a display that is going away may not answer.
func (s *Shell) rememberPlace(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		width, height, ok := display(ctx)
		if !ok || wails.WindowIsMinimised(ctx) || wails.WindowIsFullscreen(ctx) {
			return
		}
		now := place{Maximised: wails.WindowIsMaximised(ctx)}
		now.Width, now.Height = wails.WindowGetSize(ctx)
		now.X, now.Y = wails.WindowGetPosition(ctx)
		now.Positioned = tellsPositions()
		all := readPlaces(s.stateDir)
		all.note(width, height, now)
		if err := all.write(s.stateDir); err != nil {
			s.log.Info("the window's place is not remembered", "cause", err)
		}
	}()
	timer := time.NewTimer(dialogTime)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// tellsPositions reports whether the display server tells programs where their windows are.
func tellsPositions() bool {
	return os.Getenv("WAYLAND_DISPLAY") == "" || os.Getenv("GDK_BACKEND") == "x11"
}
