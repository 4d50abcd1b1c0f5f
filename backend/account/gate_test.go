package account

import (
	"strings"
	"testing"
	"testing/synctest"
)

// TestTheGatesProgramGoesByTheBucket under its hash, once, and older ones stay for instances that were launched before.
func TestTheGatesProgramGoesByTheBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{objects: map[string]string{"avatar-agent-old": "old", "function-old.zip": "old"}}
		w := &wire{answers: map[string][]string{"DescribeStacks": {filesStack}}}
		a := w.account(t)
		a.S3 = b.client()
		if found, err := a.FindBucket(t.Context()); !found || err != nil {
			t.Fatal(found, err)
		}
		for range 2 {
			given, err := a.UploadGate(t.Context(), []byte("program"))
			sum := hash([]byte("program"))
			if err != nil || given["Agent"] != "files/avatar-agent-"+sum || given["AgentSum"] != sum {
				t.Fatalf("%v, %v", given, err)
			}
			// The template refuses what its patterns do not take.
			if p := asMap(template(t).at("Parameters", "Agent")); !strings.Contains(p["AllowedPattern"].(string), "/") {
				t.Errorf("the template's parameter is %v", p)
			}
		}
		if len(b.puts) != 1 {
			t.Errorf("uploaded: %v", b.puts)
		}
		if err := a.Prune(t.Context()); err != nil || len(b.objects) != 2 || b.objects["avatar-agent-old"] == "" ||
			b.objects["function-old.zip"] != "" {
			t.Errorf("after pruning: %v, %v", b.objects, err)
		}
	})
}

func TestSystem(t *testing.T) {
	a := (&wire{answers: map[string][]string{"DescribeStacks": {noStack}}}).account(t)
	for want, p := range map[string]Parameters{"linux": {}, "windows": {"OperatingSystem": "windows"}} {
		if got := a.System(t.Context(), p); got != want {
			t.Errorf("%v: %s", p, got)
		}
	}
}
