package fleet_test

import (
	"cmp"
	"flag"
	"os"
	"strconv"
	"testing"
)

var (
	firstSeed = flag.Uint64("seed", 1, "the first history's seed; with HISTORIES=1 it reruns that one")
	loud      = flag.Bool("loud", false, "print what the desktops log")
)

// setting is how much a test does, from the environment: go test then knows a run that it has seen already, which it
// does not where a flag says so.
func setting(name string, usual int) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(usual)))
	if err != nil || n < 1 {
		panic(name + " is not a number of 1 or more: " + os.Getenv(name))
	}
	return n
}

// sample is the setting of how many a test leaves out: it tries every so-manieth case. Under the race detector, by which a
// case takes four times as long, it tries a quarter of those.
func sample(name string, usual int) int {
	if raced {
		usual *= 4
	}
	return setting(name, usual)
}

// withoutRace leaves a long test out under the race detector. build/test runs the whole package without it, too; what
// these tests do concurrently, shorter ones do.
func withoutRace(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("it runs without the race detector")
	}
}

// histories is how many histories a test runs: two, one under the race detector.
func histories(name string) int {
	if raced {
		return setting(name, 1)
	}
	return setting(name, 2)
}
