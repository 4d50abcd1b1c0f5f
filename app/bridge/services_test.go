package bridge

import (
	"os"
	"strings"
	"testing"
)

// What the page asks for is answered by a problem in its language: none of its services hands one on as it is.
func TestServicesTellTheirProblems(t *testing.T) {
	for _, file := range []string{"doctor.go", "guests.go", "fleet.go", "page.go", "history.go", "security.go",
		"settings.go"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "backend.ProblemOf(") {
			t.Errorf("%s makes a problem that is not told", file)
		}
	}
}
