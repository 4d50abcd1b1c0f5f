package identity

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// TestCredentialManager keeps a sign-in in Windows' Credential Manager, whose entries hold 2,560 bytes each.
func TestCredentialManager(t *testing.T) {
	ring := OSKeyring(30 * time.Second)
	const account = "test of avatar-launcher"
	t.Cleanup(func() { _ = entries{ring, account}.erase() })
	if err := ring.Set(keyringService, account, strings.Repeat("x", 2561)); !errors.Is(err, keyring.ErrSetDataTooBig) {
		t.Errorf("2,561 bytes in one entry are answered by %v", err)
	}
	whole := strings.Repeat("é", 1280)
	if err := ring.Set(keyringService, account, whole); err != nil {
		t.Errorf("2,560 bytes in one entry: %v", err)
	} else if got, err := ring.Get(keyringService, account); err != nil || got != whole {
		t.Errorf("2,560 bytes in one entry are read as %d bytes, %v", len(got), err)
	}

	e := entries{ring, account}
	for _, length := range []int{10, 1800, 2560, 9000} {
		want := storedSignIn{Refresh: strings.Repeat("r", length), Username: "Zoë 用户", Client: "app"}
		if err := e.write(want); err != nil {
			t.Fatalf("a token of %d letters: %v", length, err)
		}
		var got storedSignIn
		if err := e.read(&got); err != nil || got != want {
			t.Errorf("a token of %d letters is read as one of %d, %v", length, len(got.Refresh), err)
		}
	}
	if err := e.erase(); err != nil {
		t.Fatal(err)
	}
	if err := e.read(&storedSignIn{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("after it is erased, reading it is answered by %v", err)
	}
}
