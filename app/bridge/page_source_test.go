package bridge

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"avatar-launcher/backend/messages"
)

// pageSource returns a file of the page's source.
func pageSource(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "frontend", "src", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestThePageAsksForEveryStep looks for the launcher's own steps of a sign-in in the page. One that is missing would be
// asked for by its name.
func TestThePageAsksForEveryStep(t *testing.T) {
	source := pageSource(t, "lib/challenge.ts")
	declared := regexp.MustCompile(`(?m)^\tStep\w+ += "(\w+)"`)
	vocabulary, err := os.ReadFile("../../backend/vocabulary.go")
	if err != nil {
		t.Fatal(err)
	}
	steps := declared.FindAllStringSubmatch(string(vocabulary), -1)
	if len(steps) < 8 {
		t.Fatalf("only %d steps were found", len(steps))
	}
	for _, step := range steps {
		if !strings.Contains(source, "case '"+step[1]+"'") {
			t.Errorf("challenge.ts does not know the step %s", step[1])
		}
	}
}

// TestTheFleetPageNamesEveryEvent looks for the audit's events in the catalogue. Occupancy is no row of the page's
// table.
func TestTheFleetPageNamesEveryEvent(t *testing.T) {
	c, err := messages.Read(messages.Default)
	if err != nil {
		t.Fatal(err)
	}
	events := constants(t, "../../backend")["AuditEvent"]
	if len(events) < 10 {
		t.Fatalf("only %d events were found", len(events))
	}
	for _, event := range events {
		if key := "fleet.verbs." + event; event != "occupancy" && !slices.Contains(c.Keys(), key) {
			t.Errorf("the catalogue has no %s", key)
		}
	}
}

// TestThePageShowsEveryMetric compares the metrics that the page shows with those that are sent.
func TestThePageShowsEveryMetric(t *testing.T) {
	found := regexp.MustCompile(`(?m)^const METRICS = \[(.*)\]`).FindStringSubmatch(pageSource(t, "home/metrics.ts"))
	if found == nil {
		t.Fatal("metrics.ts has no METRICS")
	}
	shown := regexp.MustCompile(`\w+`).FindAllString(found[1], -1)
	sent := jsonNames(reflect.TypeFor[Series]())
	for _, name := range sent {
		if name != "at" && !slices.Contains(shown, name) {
			t.Errorf("the page does not show %s", name)
		}
	}
}
