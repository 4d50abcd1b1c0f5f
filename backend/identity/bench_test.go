package identity_test

import (
	"testing"

	"avatar-launcher/backend/identity"
)

// BenchmarkSignIn is a whole sign-in by SRP, the embedded cloud's half of the exchange included; BenchmarkSRP is the
// client's half alone.
func BenchmarkSignIn(b *testing.B) {
	w := newWorld(b)
	password := w.password(b, "demo")
	o := w.options()
	for b.Loop() {
		o.Keyring = identity.Memory()
		if _, c, err := identity.New(o).SignIn(b.Context(), "demo", password); err != nil || c != nil {
			b.Fatal(c, err)
		}
	}
}

// BenchmarkResume is what a start costs that finds its sign-in in the keyring.
func BenchmarkResume(b *testing.B) {
	w := newWorld(b)
	s := w.service()
	if _, c, err := s.SignIn(b.Context(), "demo", w.password(b, "demo")); err != nil || c != nil {
		b.Fatal(c, err)
	}
	s.Forget()
	for b.Loop() {
		if user, err := w.service().Resume(b.Context()); err != nil || user == nil {
			b.Fatal(err)
		}
	}
}
