# What all processes of the launcher take of the processor while nothing happens, on each page.
install_packages build desktop && setup &&
  home=$(mktemp -d) &&
  HOME=$home XDG_RUNTIME_DIR=$home xvfb-run -a -s '-screen 0 1280x900x24 -noreset' dbus-run-session -- bash -c '
    printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
    "$@"' rest /usr/bin/python3 build/tests/resting.py "$BINARY" | grep "^{"
