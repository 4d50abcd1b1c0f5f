package dynamodb

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestOrdering: encoded keys compare as the values do, and none is a prefix of another.
func TestOrdering(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 'a', 0xfe, 0xff}), 0, 6).Draw(t, "bytes"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		x, y := ordering(stringValue(a)), ordering(stringValue(b))
		if got, want := strings.Compare(x, y), strings.Compare(a, b); got != want {
			t.Fatalf("%q and %q encode to %q and %q, which compare as %d", a, b, x, y, got)
		}
		if a != b && strings.HasPrefix(x, y) {
			t.Fatalf("the encoding of %q begins with that of %q", a, b)
		}
		if strings.HasPrefix(a, b) != strings.HasPrefix(x, escaped(b)) {
			t.Fatalf("%q begins with %q: %v, but not so encoded", a, b, strings.HasPrefix(a, b))
		}
	})
}

func TestAfter(t *testing.T) {
	for _, tt := range []struct{ in, want string }{{"a", "b"}, {"a\xff", "b"}, {"\xff", ""}, {"", ""}} {
		if got := after(tt.in); got != tt.want {
			t.Errorf("after(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestReservedWords(t *testing.T) {
	if len(reserved) != 573 {
		t.Errorf("%d reserved words, want 573", len(reserved))
	}
	for _, w := range []string{"name", "Status", "TTL", "zone", "STATE"} {
		if !isReserved(w) {
			t.Errorf("%s is not reserved", w)
		}
	}
	if isReserved("UserId") {
		t.Error("UserId is reserved")
	}
}
