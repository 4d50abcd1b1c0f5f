package backend

import (
	"strings"
	"testing"

	"avatar-launcher/backend/messages"
)

func TestCheckUsername(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, name := range []string{"a", "demo", "user-1", "0", "xn--jrgen-kva", long,
		"5f0f8e2c-2f0b-4c57-9b0f-0d6f3a2a7a11"} {
		if p := CheckUsername(name); p != nil {
			t.Errorf("%q is refused: %v", name, p)
		}
	}
	for _, name := range []string{"", "john.doe", "Alice", "jürgen", long + "a", "-a", "a-", "a_b", "ann@example.com",
		"a b", "a\n", "*",
		"www", "localhost", "vpn"} {
		p := CheckUsername(name)
		if p == nil {
			t.Errorf("%q is taken", name)
		} else if !strings.Contains(p.Why.String(), messages.Visible(name)) || p.Next.IsZero() {
			t.Errorf("%q: %v", name, p)
		}
	}
}
