"""Which window is in front, as the X server knows it. There is no window manager on the tests' display: windows lie in the
order in which they were raised, and their order is what people see."""

import ctypes
import ctypes.util
import os

x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
Window = ctypes.c_ulong
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XDefaultRootWindow.restype = Window
x11.XCreateSimpleWindow.argtypes = [ctypes.c_void_p, Window, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, *[ctypes.c_ulong] * 2]
x11.XCreateSimpleWindow.restype = Window
x11.XStoreName.argtypes = [ctypes.c_void_p, Window, ctypes.c_char_p]
x11.XMapRaised.argtypes = [ctypes.c_void_p, Window]
x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
x11.XFetchName.argtypes = [ctypes.c_void_p, Window, ctypes.POINTER(ctypes.c_char_p)]
x11.XQueryTree.argtypes = [ctypes.c_void_p, Window, ctypes.POINTER(Window), ctypes.POINTER(Window),
                           ctypes.POINTER(ctypes.POINTER(Window)), ctypes.POINTER(ctypes.c_uint)]
x11.XGetWindowAttributes.argtypes = [ctypes.c_void_p, Window, ctypes.c_void_p]
x11.XFree.argtypes = [ctypes.c_void_p]
x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
# Windows go while they are asked about: that is no reason to end.
handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda display, event: 0)
x11.XSetErrorHandler(handler)


class Attributes(ctypes.Structure):
    """The beginning of XWindowAttributes, with room for the rest."""

    _fields_ = [(name, ctypes.c_int) for name in ("x", "y", "width", "height", "border", "depth")] + [
        ("visual", ctypes.c_void_p), ("root", Window), ("kind", ctypes.c_int), ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int), ("backing_store", ctypes.c_int), ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong), ("save_under", ctypes.c_int), ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int), ("map_state", ctypes.c_int), ("rest", ctypes.c_byte * 256)]


class Screen:
    """A connection to the tests' display, and a window of its own that covers all others."""

    def __init__(self):
        self.display = x11.XOpenDisplay(os.environ["DISPLAY"].encode())
        self.root = x11.XDefaultRootWindow(self.display)

    def cover(self):
        window = x11.XCreateSimpleWindow(self.display, self.root, 0, 0, 1280, 900, 0, 0, 0x335577)
        x11.XStoreName(self.display, window, b"Cover")
        x11.XMapRaised(self.display, window)
        x11.XSync(self.display, 0)

    def names(self):
        """The names of the windows that are shown and large enough to be seen, the lowest first."""
        root, parent, all_, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
        x11.XQueryTree(self.display, self.root, root, parent, all_, count)
        names = []
        for i in range(count.value):
            about, name = Attributes(), ctypes.c_char_p()
            shown = x11.XGetWindowAttributes(self.display, all_[i], ctypes.byref(about)) and about.map_state == 2
            if shown and about.width > 100 and about.height > 100:
                x11.XFetchName(self.display, all_[i], name)
                names.append((name.value or b"").decode())
        if count.value:
            x11.XFree(all_)
        return names

    def top(self):
        return (self.names() or [""])[-1]

    def close(self):
        x11.XCloseDisplay(self.display)
