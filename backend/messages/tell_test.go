package messages

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestTell(t *testing.T) {
	pseudo, err := Read(Pseudo)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                                      "",
		"It is empty.":                          "⟦It is empty.⟧",
		"EC2 says: stopping.":                   "⟦EC2 says: stopping.⟧",
		"The keyring is locked. Sign in first.": "⟦The keyring is locked.⟧ ⟦Sign in first.⟧",
		"No new code was sent. The code is wrong. Type the newest code.": "⟦No new code was sent⟧. ⟦The code is wrong.⟧ ⟦Type the newest code.⟧",
		"start failed: There is no free instance":                        "⟦start failed: ⟦There is no free instance⟧⟧",
		`c.yaml:1:1: There is no key "a" at the top level.`:              `c.yaml:1:1: ⟦There is no key "a" at the top level.⟧`,
		"Write one of a, b. There are 2 more mistakes.":                  "⟦Write one of a, b.⟧ ⟦There are 2 more mistakes.⟧",
		"This is not YAML: a. b.":                                        "⟦This is not YAML: a. b.⟧", // a library's message
		"because I say so":                                               "because I say so",          // a person's own words
	} {
		if got := pseudo.Tell(text); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
	english, err := Read(Default)
	if err != nil {
		t.Fatal(err)
	}
	if got := english.Tell("EC2 says: stopping."); got != "EC2 says: stopping." {
		t.Errorf("English says %q", got)
	}
}

// A sentence with values in it has to be found by its own template, not by another's that says less.
func TestTellFindsEachTemplate(t *testing.T) {
	pseudo, err := Read(Pseudo)
	if err != nil {
		t.Fatal(err)
	}
	templates := 0
	for key := range pseudo.leaves {
		text, ok := strings.CutPrefix(key, sentences)
		if !ok || !strings.Contains(text, "{0}") {
			continue
		}
		templates++
		for n := range 10 {
			text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", n), fmt.Sprintf("v%d", n))
		}
		if got := pseudo.Tell(text); got != "⟦"+text+"⟧" {
			t.Errorf("%q is told as %q", text, got)
		}
	}
	if templates < 40 {
		t.Errorf("only %d templates", templates)
	}
}

// Another language may put the values in another order, or leave one out.
func TestTellInAnotherOrder(t *testing.T) {
	c := &Catalogue{Language: "xx", leaves: map[string]string{
		sentences + "There is no stack {0} in {1}": "{1}: {0} fehlt", sentences + "The file {0} is not yours.": "Nicht deine."}}
	c.templates = sync.OnceValue(c.compile)
	if got := c.Tell("There is no stack a (b) in c.d"); got != "c.d: a (b) fehlt" {
		t.Errorf("told as %q", got)
	}
	if got := c.Tell("The file /x y is not yours."); got != "Nicht deine." {
		t.Errorf("told as %q", got)
	}
}
