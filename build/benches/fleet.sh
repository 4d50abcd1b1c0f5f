# The control plane in virtual time on a cloud that throttles as AWS does: FLEET_DESKTOPS of them (10,000).
made=$CACHE/fleet.jsonl
rm -f "$made"
go test ./backend/fleet -count=1 -timeout 60m -run TestOverhead -rows "$made" >&2 &&
  go test ./backend/fleet -count=1 -timeout 60m -run TestClaimsAtOnce -desktops 1000 -rows "$made" >&2 &&
  go test ./backend/fleet -count=1 -timeout 60m -run TestScale -desktops "${FLEET_DESKTOPS:-10000}" -rows "$made" >&2 &&
  cat "$made"
