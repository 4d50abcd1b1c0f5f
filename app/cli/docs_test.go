package cli

import (
	"context"
	"testing"

	"avatar-launcher/app/core"
)

// TestWhatTheSystemOpens: links and profiles open the window, which shows what they are; none is used by itself.
func TestWhatTheSystemOpens(t *testing.T) {
	for name, tt := range map[string]struct {
		args    []string
		refused bool
		offer   string
		profile string
	}{
		"nothing": {args: nil},
		"a link":  {args: []string{"avatar-launcher://open"}, offer: "avatar-launcher://open"},
		"a link that asks for more": {args: []string{"AVATAR-LAUNCHER://stop?profile=/etc/passwd"},
			offer: "AVATAR-LAUNCHER://stop?profile=/etc/passwd"},
		"a profile": {args: []string{"/home/ann/my studio.avatar-profile"},
			offer: "/home/ann/my studio.avatar-profile"},
		"a profile beside --profile": {args: []string{"--profile", "a", "/b.avatar-profile"}, offer: "/b.avatar-profile",
			profile: "a"},
		"a mistyped verb":             {args: []string{"statsu"}, refused: true},
		"a link and something else":   {args: []string{"avatar-launcher://open", "x"}, refused: true},
		"a link of another program's": {args: []string{"https://avatar-launcher/"}, refused: true},
		"a link as a flag of its own": {args: []string{"--avatar-launcher://open"}, refused: true},
		"a link behind a command":     {args: []string{"status", "avatar-launcher://open"}, refused: true},
		"a profile behind a command":  {args: []string{"status", "b.avatar-profile"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			opened := 0
			var with core.WindowOptions
			o := &options{openWindow: func(_ context.Context, w core.WindowOptions) error {
				opened, with = opened+1, w
				return nil
			}}
			root := commands(o)
			root.SetArgs(append([]string{}, tt.args...))
			err := root.ExecuteContext(t.Context())
			if (err != nil) != tt.refused || opened > 0 == tt.refused || with.Profile != tt.profile ||
				with.Offer != tt.offer {
				t.Errorf("it opened %d windows with %+v, and returned %v", opened, with, err)
			}
		})
	}
}
