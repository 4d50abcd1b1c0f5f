package window

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestThePageBeatsOftenEnough compares the page's beat with how long it is waited for: one that was late, or lost two
// beats, is not reloaded.
func TestThePageBeatsOftenEnough(t *testing.T) {
	source, err := os.ReadFile("../../frontend/src/lib/presence.ts")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`const BEAT_MS = ([\d_]+);`).FindSubmatch(source)
	if found == nil {
		t.Fatal("presence.ts has no BEAT_MS")
	}
	ms, err := strconv.Atoi(strings.ReplaceAll(string(found[1]), "_", ""))
	if err != nil {
		t.Fatal(err)
	}
	if beat := time.Duration(ms) * time.Millisecond; 3*beat >= pagePatience {
		t.Errorf("the page beats every %v and is reloaded after %v", beat, pagePatience)
	}
}
