//go:build linux && cgo && !bindings

package window

/*
#cgo pkg-config: x11
#include <X11/Xlib.h>

extern int displayLost(Display *);

static inline void heedDisplay(void) { XSetIOErrorHandler(displayLost); }
*/
import "C"

// whenLost runs when the connection to the X server breaks, on the thread of the window.
var whenLost func()

// heedDisplay has lost called when the X server goes away; it must end the process. GTK's own handler, which this
// replaces, ends it at once. A lost Wayland compositor leaves us no such moment: the armed stop acts then.
func heedDisplay(lost func()) {
	whenLost = lost
	C.heedDisplay()
}

//export displayLost
func displayLost(*C.Display) C.int {
	whenLost()
	return 0 // Xlib would end the process here
}
