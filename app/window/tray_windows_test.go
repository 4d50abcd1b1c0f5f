package window

import (
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"avatar-launcher/backend"
)

// TestTheTraysMenuOnWindows puts the icon up and chooses rows of its menu as Windows does, by a message to its window.
func TestTheTraysMenuOnWindows(t *testing.T) {
	user32 := windows.NewLazySystemDLL("user32.dll")
	find, post := user32.NewProc("FindWindowW"), user32.NewProc("PostMessageW")
	class := windows.StringToUTF16Ptr("SystrayClass")
	beside := newTasks()
	chosen := make(chan string, 8)
	idle := backend.Snapshot{Phase: backend.Idle, User: &backend.User{Username: "demo"}}
	icon := startTray(idle, nil, func(key string) { chosen <- key }, beside)
	t.Cleanup(func() { beside.close(time.Second) })
	var once sync.Once
	t.Cleanup(func() { once.Do(icon.stop) })

	deadline := time.After(time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	var window uintptr
	for built := false; !built || window == 0; {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("the tray's window is %#x, its menu built: %t", window, built)
		}
		window, _, _ = find.Call(uintptr(unsafe.Pointer(class)), 0)
		icon.mu.Lock()
		built = icon.built
		icon.mu.Unlock()
	}
	const command = 0x0111
	rows := map[uint32]string{}
	for id := uint32(1); id < 20; id++ { // the library numbers rows and separators in their order
		_, _, _ = post.Call(window, command, uintptr(id), 0)
		select {
		case key := <-chosen:
			rows[id] = key
		case <-time.After(100 * time.Millisecond):
		}
	}
	got := map[string]bool{}
	for _, key := range rows {
		got[key] = true
	}
	for _, want := range []string{itemOpen, itemStart, itemQuit} {
		if !got[want] {
			t.Errorf("no row of the menu chooses %q: %v", want, rows)
		}
	}
	icon.render(backend.Snapshot{Phase: backend.Ready, User: idle.User}, "a line")
	if !icon.hosted() {
		t.Error("the tray was lost")
	}
	once.Do(icon.stop)
}
