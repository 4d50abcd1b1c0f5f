# The Go benchmarks of every package that has some: BENCH_COUNT runs of each, BENCH_TIME long.
mapfile -t packages < <(grep -rl --include='*_test.go' '^func Benchmark' backend app | xargs -r -n1 dirname | sort -u | sed 's|^|./|')
go test -run '^$' -bench . -count "${BENCH_COUNT:-3}" -benchtime "${BENCH_TIME:-0.5s}" -tags "$TAGS" -timeout 20m "${packages[@]}" |
  node "$BENCHES/go.mjs"
