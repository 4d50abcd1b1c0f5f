# The control plane in virtual time on a cloud that throttles as AWS does: FLEET_DESKTOPS of them (10,000).
made=$CACHE/fleet.jsonl
rm -f "$made"
STARTS=40 go test ./backend/fleet -count=1 -timeout 60m -run TestOverhead -rows "$made" >&2 &&
  DESKTOPS=1000 go test ./backend/fleet -count=1 -timeout 60m -run TestClaimsAtOnce -rows "$made" >&2 &&
  DESKTOPS=${FLEET_DESKTOPS:-10000} go test ./backend/fleet -count=1 -timeout 60m -run TestScale -rows "$made" >&2 &&
  cat "$made"
