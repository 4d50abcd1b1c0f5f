package identity

import (
	"errors"
	"testing"
)

func TestAPortableLauncherKeepsNothingAndSaysSo(t *testing.T) {
	v := newVault(Portable(), "local", "client", true)
	v.save(t.Context(), storedSignIn{Refresh: "secret", Username: "alice"})
	notice := v.condition()
	if notice == nil || !errors.Is(notice, ErrPortable) {
		t.Errorf("the notice is %v", notice)
	}
	if sign, pending := v.load(t.Context()); sign != nil || len(pending) > 0 {
		t.Errorf("kept: %+v, %v", sign, pending)
	}
}
