"""Two services of a desktop for tests, on the session bus: notifications, and systemd-logind's delay locks."""

import os

from gi.repository import Gio, GLib

NOTIFICATIONS = """
<node><interface name="org.freedesktop.Notifications">
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""

LOGIND = """
<node><interface name="org.freedesktop.login1.Manager">
  <method name="Inhibit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="h" direction="out"/>
  </method>
  <signal name="PrepareForShutdown"><arg type="b"/></signal>
</interface></node>"""


class Service:
    """Owns a name on the session bus and answers its one interface by `answer(method, arguments, invocation)`."""

    def __init__(self, name, path, xml):
        self.path, self.bus = path, Gio.bus_get_sync(Gio.BusType.SESSION)
        self.face = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        self.bus.register_object(path, self.face, self._call, None, None)
        Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, None, None)

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        self.answer(method, arguments.unpack(), invocation)

    def emit(self, signal, arguments):
        self.bus.emit_signal(None, self.path, self.face.name, signal, arguments)


class Notifications(Service):
    """`shown` maps the title of each notification to (number, body, {action: words}), `dress` to (name of the program,
    icon, hints)."""

    def __init__(self):
        self.shown, self.dress = {}, {}
        super().__init__("org.freedesktop.Notifications", "/org/freedesktop/Notifications", NOTIFICATIONS)

    def answer(self, method, arguments, invocation):
        if method != "Notify":
            return invocation.return_value(None)
        name, _, icon, title, body, actions, hints, _ = arguments
        self.dress[title] = (name, icon, hints)
        number = len(self.shown) + 1
        self.shown[title] = (number, body, dict(zip(actions[::2], actions[1::2])))
        return invocation.return_value(GLib.Variant("(u)", (number,)))

    def press(self, title, action):
        number, _, actions = self.shown[title]
        if action not in actions:
            raise AssertionError(f"“{title}” offers {actions}, not {action}")
        self.emit("ActionInvoked", GLib.Variant("(us)", (number, action)))


class Logind(Service):
    """Gives out delay locks; `held` says whether the last one has not been let go of."""

    def __init__(self):
        self.ours = None
        super().__init__("org.freedesktop.login1", "/org/freedesktop/login1", LOGIND)

    def answer(self, method, arguments, invocation):
        what, _, _, mode = arguments
        if (what, mode) != ("shutdown", "delay"):
            raise AssertionError(f"an inhibitor of {what}, {mode}")
        self.ours, theirs = os.pipe()
        os.set_blocking(self.ours, False)
        fds = Gio.UnixFDList.new_from_array([theirs])
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), fds)

    def held(self):
        if self.ours is None:
            return False
        try:
            return os.read(self.ours, 1) != b""
        except BlockingIOError:  # open at the other end, and silent
            return True

    def shut_down(self):
        self.emit("PrepareForShutdown", GLib.Variant("(b)", (True,)))
