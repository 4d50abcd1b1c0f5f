# The program's size, and what each module and room adds to it, by the symbols of a build that keeps them.
install_packages build && setup && (cd "$ROOT" && go build -tags "$TAGS" -o "$CACHE/with-symbols" .) &&
  go tool nm -size "$CACHE/with-symbols" | node "$BENCHES/size.mjs" "$(stat -c %s "$BINARY")"
