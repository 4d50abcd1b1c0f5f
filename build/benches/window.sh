# What the launcher's window takes beside a bare one of Wails, built and run in turns with it.
install_packages desktop && setup &&
  go build -tags "$TAGS" -trimpath -ldflags "-s -w" -o "$CACHE/bare" ./build/tests/bare &&
  dbus-run-session -- /usr/bin/python3 build/tests/beside.py "$BINARY" "$CACHE/bare" | grep "^{" && # what the bus starts may talk, too
  node "$BENCHES/start.mjs"
