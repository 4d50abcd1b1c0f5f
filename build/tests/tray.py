"""A tray host for tests: the part of a desktop that org.kde.StatusNotifierItem programs register with, and a reader
of their menus by com.canonical.dbusmenu. It needs a session bus of its own, without another tray."""

from gi.repository import Gio, GLib

WATCHER = """
<node><interface name="org.kde.StatusNotifierWatcher">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
  <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  <signal name="StatusNotifierHostRegistered"/>
</interface></node>"""


class Tray:
    """Owns org.kde.StatusNotifierWatcher; `item` is the (bus name, path) of the item that registered last."""

    def __init__(self):
        self.item = None
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        face = Gio.DBusNodeInfo.new_for_xml(WATCHER).interfaces[0]
        self.bus.register_object("/StatusNotifierWatcher", face, self._call, self._get, None)
        Gio.bus_own_name_on_connection(self.bus, "org.kde.StatusNotifierWatcher", Gio.BusNameOwnerFlags.NONE, None, None)

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "RegisterStatusNotifierItem":
            name = arguments.unpack()[0]
            self.item = (sender, name if name.startswith("/") else "/StatusNotifierItem")
        invocation.return_value(None)

    def _get(self, bus, sender, path, interface, name):
        return {
            "RegisteredStatusNotifierItems": GLib.Variant("as", [self.item[0]] if self.item else []),
            "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
            "ProtocolVersion": GLib.Variant("i", 0),
        }[name]

    def _ask(self, path, interface, method, arguments):
        return self.bus.call_sync(self.item[0], path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 5000, None)

    def property(self, name):
        """A property of the item, such as Title or ToolTip."""
        arguments = GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", name))
        return self._ask(self.item[1], "org.freedesktop.DBus.Properties", "Get", arguments).unpack()[0]

    def menu(self):
        """The visible entries of the menu: {label: (id, enabled)}."""
        arguments = GLib.Variant("(iias)", (0, -1, []))
        _, root = self._ask(self.property("Menu"), "com.canonical.dbusmenu", "GetLayout", arguments).unpack()
        entries, rest = {}, list(root[2])
        while rest:
            number, properties, children = rest.pop(0)
            rest += children
            if properties.get("label") and properties.get("visible", True):
                entries[properties["label"].replace("_", "")] = (number, properties.get("enabled", True))
        return entries

    def press(self, label):
        """Clicks the entry of that label."""
        number, enabled = self.menu()[label]
        if not enabled:
            raise AssertionError(f"the tray's {label} is disabled")
        arguments = GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0))
        self._ask(self.property("Menu"), "com.canonical.dbusmenu", "Event", arguments)


def entry(tray, *starts):
    """The first enabled entry of the tray's menu whose label starts with one of these."""
    for label, (_, enabled) in tray.menu().items():
        if enabled and label.startswith(starts):
            return label
    return None
