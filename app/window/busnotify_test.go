package window

import (
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"

	"avatar-launcher/backend"
)

// TestANotificationOfTheBus checks what a desktop is told beside the texts: words for a press of the notification
// itself, the program's icon and the urgency of a warning.
func TestANotificationOfTheBus(t *testing.T) {
	b := busNotifier{picture: pictureOf(drawIcon(toneOf(backend.Idle))), shown: map[string]uint32{}}
	ready := notification{ID: "ready", Actions: []string{itemConnect, itemOpen}}
	want := []string{"default", "Open Avatar Launcher", "connect", "Open my avatar"}
	if got := busActions(ready); !slices.Equal(got, want) {
		t.Errorf("actions %q", got)
	}
	if u := b.hints(ready)["urgency"].Value(); u != urgencyNormal {
		t.Errorf("urgency %v", u)
	}
	if u := b.hints(notification{Urgent: true})["urgency"].Value(); u != urgencyCritical {
		t.Errorf("urgency of a warning %v", u)
	}
	p := b.picture
	if p.Width != traySize || p.Height != traySize || len(p.Data) != int(p.Stride*p.Height) {
		t.Errorf("a picture of %d×%d in %d bytes", p.Width, p.Height, len(p.Data))
	}
	if signature := b.hints(ready)["image-data"].Signature().String(); signature != "(iiibiiay)" {
		t.Errorf("the picture's signature is %s", signature)
	}
}

// TestAPressOfANotification checks that only presses of this program's notifications count.
func TestAPressOfANotification(t *testing.T) {
	b := busNotifier{shown: map[string]uint32{"ready": 7}}
	for _, tt := range []struct {
		name string
		body []any
		want string
	}{
		{busNotifications + ".ActionInvoked", []any{uint32(7), "connect"}, "connect"},
		{busNotifications + ".ActionInvoked", []any{uint32(7), "default"}, itemOpen},
		{busNotifications + ".ActionInvoked", []any{uint32(8), "connect"}, ""},
		{busNotifications + ".ActionInvoked", []any{"7"}, ""},
		{busNotifications + ".NotificationClosed", []any{uint32(7), uint32(1)}, ""},
	} {
		if got := b.pressed(&dbus.Signal{Name: tt.name, Body: tt.body}); got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.name, tt.body, got, tt.want)
		}
	}
}
