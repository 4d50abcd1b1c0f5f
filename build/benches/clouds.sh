# The embedded cloud beside other emulators of AWS, by the same client.
install_packages build python && setup && python_tools &&
  "$CACHE/venv/bin/python" "$BENCHES/clouds.py" "$BINARY"
