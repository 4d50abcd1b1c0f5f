package backend

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheTableOfLabels holds the table of the decision record to what LabelFor returns.
func TestTheTableOfLabels(t *testing.T) {
	text, err := os.ReadFile("decisions/0014-labels-of-people-from-a-company.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)`.* \\| `([^`]+)` \\|$").FindAllStringSubmatch(string(text), -1)
	if len(rows) != 11 {
		t.Errorf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		if got := LabelFor(row[1], "11111111-1111-4111-8111-111111111111"); got != row[2] {
			t.Errorf("%s: the table says %s, the label is %s", row[1], row[2], got)
		}
	}
	for _, name := range reservedLabels {
		if got := LabelFor(name, "11111111-1111-4111-8111-111111111111"); got != name+"-xv3gfjpowq" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestLabelFor: legal for every name, the name itself where that is one, different for different people, and the same
// whenever it is asked.
func TestLabelFor(t *testing.T) {
	for name, want := range map[string]string{
		"anna": "anna", "anna-2": "anna-2", strings.Repeat("a", 63): strings.Repeat("a", 63),
		"Okta_anna@x.com": "anna-*", "Okta_Anna.Maria@x.com": "anna-maria-*", "jürgen": "j-rgen-*", "名前": "user-*",
		"Anna": "anna-*", "www": "www-*", "Okta_www": "www-*", "mail@x.com": "mail-*",
		"john.doe": "john-doe-*", "-": "user-*",
		"Okta_": "user-*", "a_b_c": "b-c-*", strings.Repeat("x", 90): strings.Repeat("x", 52) + "-*", "": "user-*",
		strings.Repeat("a", 51) + ".b": strings.Repeat("a", 51) + "-*",
	} {
		got := LabelFor(name, "11111111-1111-4111-8111-111111111111")
		other := LabelFor(name, "22222222-2222-4222-8222-222222222222")
		if !IsLabel(got) || IsReservedLabel(got) {
			t.Errorf("%q: %q is no label", name, got)
		}
		prefix, hashed := strings.CutSuffix(want, "*")
		if hashed && (!strings.HasPrefix(got, prefix) || len(got) != len(prefix)+hashLength || got == other) {
			t.Errorf("%q: %q and %q, want %s", name, got, other, want)
		}
		if !hashed && (got != want || other != want) {
			t.Errorf("%q: %q and %q, want itself", name, got, other)
		}
		if again := LabelFor(name, "11111111-1111-4111-8111-111111111111"); again != got {
			t.Errorf("%q: %q, then %q", name, got, again)
		}
	}
	if LabelFor("Okta_anna@x.com", "s-1") == LabelFor("Azure_anna@y.com", "s-2") {
		t.Error("two people have one label")
	}
}
