package window

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/png"
	"sync"

	"github.com/godbus/dbus/v5"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// The desktop's notifications on Linux: https://specifications.freedesktop.org/notification-spec/latest/.
const (
	busNotifications = "org.freedesktop.Notifications"
	busNotifyPath    = "/org/freedesktop/Notifications"
	busDefault       = "default" // the key of a press of the notification itself
)

// The urgencies of a notification: a critical one stays until it is dismissed.
const (
	urgencyNormal   byte = 1
	urgencyCritical byte = 2
)

// busNotifier shows notifications on the session bus. Wails' sender has no icon and no urgency, and its word for a
// press of the notification itself is "Default".
type busNotifier struct {
	bus     *dbus.Conn
	picture busPicture

	mu    sync.Mutex
	shown map[string]uint32 // the number of the newest notification of each ID
}

// busPicture is the image-data hint of a notification.
type busPicture struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32
	Data                  []byte
}

// newBusNotifier opens a connection of its own, since the keyring's library reads the shared one's signals.
func newBusNotifier() (*busNotifier, error) {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, err
	}
	return &busNotifier{bus: bus, picture: pictureOf(drawIcon(toneOf(backend.Idle))), shown: map[string]uint32{}}, nil
}

// pictureOf decodes a PNG. It returns the empty picture if it is none.
func pictureOf(data []byte) busPicture {
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return busPicture{}
	}
	img := image.NewNRGBA(decoded.Bounds())
	draw.Draw(img, img.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	return busPicture{
		Width: int32(img.Rect.Dx()), Height: int32(img.Rect.Dy()), Stride: int32(img.Stride),
		Alpha: true, Bits: 8, Channels: 4, Data: img.Pix,
	}
}

// send shows a notification in the place of the last one of its ID.
func (b *busNotifier) send(ctx context.Context, n notification) error {
	b.mu.Lock()
	before := b.shown[n.ID]
	b.mu.Unlock() // a service that hangs must not hold up what was pressed
	var number uint32
	err := b.bus.Object(busNotifications, busNotifyPath).CallWithContext(ctx, busNotifications+".Notify", 0,
		i18n.Say("app"), before, program, n.Title, n.Body, busActions(n), b.hints(n), int32(-1)).Store(&number)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown[n.ID] = number
	return nil
}

// busActions lists the keys of a notification's actions, each followed by its words.
func busActions(n notification) []string {
	list := []string{busDefault, actionTitle(itemOpen)}
	for _, key := range n.Actions {
		if key != itemOpen { // that is what a press of the notification itself does
			list = append(list, key, actionTitle(key))
		}
	}
	return list
}

func (b *busNotifier) hints(n notification) map[string]dbus.Variant {
	urgency := urgencyNormal
	if n.Urgent {
		urgency = urgencyCritical
	}
	return map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant(program),
		"image-data":    dbus.MakeVariant(b.picture),
		"urgency":       dbus.MakeVariant(urgency),
	}
}

// follow calls press with the key of each pressed action until ctx is done, and then closes the connection.
func (b *busNotifier) follow(ctx context.Context, press func(key string)) {
	defer b.bus.Close()
	signals := make(chan *dbus.Signal, 8)
	b.bus.Signal(signals)
	if err := b.bus.AddMatchSignal(dbus.WithMatchInterface(busNotifications),
		dbus.WithMatchMember("ActionInvoked")); err != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case signal, ok := <-signals:
			if !ok { // the bus has gone
				return
			}
			if key := b.pressed(signal); key != "" {
				press(key)
			}
		}
	}
}

// pressed returns the key of a pressed action of one of this program's notifications, "" for any other signal.
func (b *busNotifier) pressed(signal *dbus.Signal) string {
	var number uint32
	var key string
	if signal.Name != busNotifications+".ActionInvoked" || dbus.Store(signal.Body, &number, &key) != nil {
		return ""
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ours := range b.shown {
		if ours == number {
			if key == busDefault {
				return itemOpen
			}
			return key
		}
	}
	return ""
}
