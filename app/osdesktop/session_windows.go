package osdesktop

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The messages by which Windows ends a session, and what is needed to hear them.
// https://learn.microsoft.com/en-us/windows/win32/shutdown/shutting-down
const (
	wmQueryEndSession = 0x0011
	wmEndSession      = 0x0016
)

// gwlpWndProc is the index of a window's procedure, -4.
const gwlpWndProc = ^uintptr(3)

var (
	user32            = windows.NewLazySystemDLL("user32.dll")
	findWindow        = user32.NewProc("FindWindowExW")
	windowProcess     = user32.NewProc("GetWindowThreadProcessId")
	getWindowLong     = user32.NewProc("GetWindowLongPtrW")
	setWindowLong     = user32.NewProc("SetWindowLongPtrW")
	callWindowProc    = user32.NewProc("CallWindowProcW")
	blockReasonCreate = user32.NewProc("ShutdownBlockReasonCreate")
	blockReasonRemove = user32.NewProc("ShutdownBlockReasonDestroy")

	formerProcedure atomic.Uintptr
	whenSessionEnds func()
	sessionReason   Reason
)

// OnSessionEnd has ends called, on the window's thread, before Windows ends the session. Wails has no hook for it,
// so that the window's procedure is replaced by one that passes everything else on.
func OnSessionEnd(why Reason, ends func()) {
	sessionReason, whenSessionEnds = why, ends
	window := ownWindow() // Wails makes it before it calls OnStartup
	if window == 0 {
		return
	}
	former, _, _ := getWindowLong.Call(window, gwlpWndProc)
	formerProcedure.Store(former) // before the first message comes
	_, _, _ = setWindowLong.Call(window, gwlpWndProc, windows.NewCallback(procedure))
}

// ownWindow is this process's top-level window of the launcher's title, 0 before there is one.
func ownWindow() uintptr {
	title, err := windows.UTF16PtrFromString("Avatar Launcher")
	if err != nil {
		return 0
	}
	var window uintptr
	for {
		window, _, _ = findWindow.Call(0, window, 0, uintptr(unsafe.Pointer(title)))
		if window == 0 {
			return 0
		}
		var process uint32
		_, _, _ = windowProcess.Call(window, uintptr(unsafe.Pointer(&process)))
		if process == windows.GetCurrentProcessId() {
			return window
		}
	}
}

// procedure answers the two messages. The reason keeps Windows from ending the process before WM_ENDSESSION is
// answered.
func procedure(window syscall.Handle, message uint32, w, l uintptr) uintptr {
	switch {
	case message == wmQueryEndSession:
		_, why := sessionReason()
		if reason, err := windows.UTF16PtrFromString(why); err == nil {
			_, _, _ = blockReasonCreate.Call(uintptr(window), uintptr(unsafe.Pointer(reason)))
		}
		return 1
	case message == wmEndSession && w != 0:
		whenSessionEnds()
		return 0
	case message == wmEndSession: // another program has refused, so that the session goes on
		_, _, _ = blockReasonRemove.Call(uintptr(window))
	}
	answer, _, _ := callWindowProc.Call(formerProcedure.Load(), uintptr(window), uintptr(message), w, l)
	return answer
}
