# The control plane in virtual time: starts by round trip, claims at once, an idle hour, and FLEET_DESKTOPS (10,000) desktops
# on a cloud that throttles as AWS does.
made=$CACHE/fleet.jsonl
rm -f "$made"
rows_of() { go test ./backend/fleet -count=1 -timeout 60m -run "^$1\$" -rows "$made" >&2; }
STARTS=${FLEET_STARTS:-40} rows_of TestOverhead &&
  STARTS=${FLEET_STARTS:-10} rows_of TestStartsByRoundTrip && rows_of TestAnIdleHour &&
  DESKTOPS=10 rows_of TestClaimsAtOnce && DESKTOPS=100 rows_of TestClaimsAtOnce && DESKTOPS=1000 rows_of TestClaimsAtOnce &&
  DESKTOPS=${FLEET_DESKTOPS:-10000} rows_of TestScale &&
  cat "$made"
