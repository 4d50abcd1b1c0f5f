# The log's way from Kinesis to the eye.
command -v rg >/dev/null || { say "ripgrep is measured beside and is missing. Install it (Debian: apt-get install ripgrep), then call this again."; return 1; }
(cd "$BENCHES/logs" && go build -o "$CACHE/bench-logs" .) || return 1
build_frontend || return 1
"$CACHE/bench-logs" filter && "$CACHE/bench-logs" store && "$CACHE/bench-logs" reader &&
  node "$BENCHES/page.mjs" "$CACHE/bench-logs"
