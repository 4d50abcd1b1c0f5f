package osdesktop

import (
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	createWindow   = user32.NewProc("CreateWindowExW")
	destroyWindow  = user32.NewProc("DestroyWindow")
	sendMessage    = user32.NewProc("SendMessageW")
	blockReasonHas = user32.NewProc("ShutdownBlockReasonQuery")
)

// reasonOf returns why a window holds the session's end up, "" if it doesn't or, as Wine 8.0, the system can't say.
func reasonOf(window uintptr) string {
	if blockReasonHas.Find() != nil {
		return ""
	}
	var letters [256]uint16
	length := uint32(len(letters))
	if ok, _, _ := blockReasonHas.Call(window, uintptr(unsafe.Pointer(&letters)),
		uintptr(unsafe.Pointer(&length))); ok == 0 {
		return ""
	}
	return windows.UTF16ToString(letters[:])
}

// TestTheSessionsEndStopsTheInstance sends a window the messages by which Windows ends a session.
func TestTheSessionsEndStopsTheInstance(t *testing.T) {
	runtime.LockOSThread() // a window belongs to the thread that made it
	defer runtime.UnlockOSThread()
	class, title := windows.StringToUTF16Ptr("STATIC"), windows.StringToUTF16Ptr("Avatar Launcher")
	window, _, err := createWindow.Call(0, uintptr(unsafe.Pointer(class)), uintptr(unsafe.Pointer(title)), 0, 0, 0, 10, 10,
		0, 0, 0, 0)
	if window == 0 {
		t.Skip("there is no display: ", err)
	}
	defer func() { _, _, _ = destroyWindow.Call(window) }()
	ended := 0
	OnSessionEnd(func() (string, string) { return "Avatar Launcher", "Stopping your avatar" }, func() { ended++ })

	if allowed, _, _ := sendMessage.Call(window, wmQueryEndSession, 0, 0); allowed != 1 || ended != 0 {
		t.Errorf("asked whether the session may end, the window says %d and has ended %d times", allowed, ended)
	}
	t.Logf("the reason that Windows shows is %q", reasonOf(window))
	_, _, _ = sendMessage.Call(window, wmEndSession, 0, 0)
	if ended != 0 || reasonOf(window) != "" {
		t.Errorf("a session that goes on after all has ended %d times, and still waits for %q", ended, reasonOf(window))
	}
	_, _, _ = sendMessage.Call(window, wmQueryEndSession, 0, 0)
	_, _, _ = sendMessage.Call(window, wmEndSession, 1, 0)
	if ended != 1 {
		t.Errorf("the session's end was heard %d times", ended)
	}
	const getText = 0x000d // a message that isn't about the session comes to the window's own procedure
	var letters [64]uint16
	_, _, _ = sendMessage.Call(window, getText, uintptr(len(letters)), uintptr(unsafe.Pointer(&letters)))
	if text := windows.UTF16ToString(letters[:]); text != "Avatar Launcher" {
		t.Errorf("the window's own procedure answers %q", text)
	}
}
