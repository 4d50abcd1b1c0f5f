package logs

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestThePageAsksForNoMoreLinesThanItGets compares the page's largest question with the limit of an answer: the page
// takes an answer of that size to mean that there is more.
func TestThePageAsksForNoMoreLinesThanItGets(t *testing.T) {
	source, err := os.ReadFile("../../frontend/src/log/reel.svelte.ts")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`const MOST = (\d+);`).FindSubmatch(source)
	if found == nil {
		t.Fatal("reel.svelte.ts has no MOST")
	}
	if most, err := strconv.Atoi(string(found[1])); err != nil || most != maxLimit {
		t.Errorf("the page asks for %d lines and gets %d at most (%v)", most, maxLimit, err)
	}
}
