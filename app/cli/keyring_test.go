package cli

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/identity"
)

// silent is a keyring that answers after a time.
type silent struct {
	identity.Keyring
	after time.Duration
}

func (s silent) Get(service, user string) (string, error) {
	time.Sleep(s.after)
	return s.Keyring.Get(service, user)
}

// TestKeyringThatDoesNotAnswer is said within three seconds, once, and not at all if it answers.
func TestKeyringThatDoesNotAnswer(t *testing.T) {
	for after, want := range map[time.Duration]int{time.Second: 0, time.Minute: 1} {
		synctest.Test(t, func(t *testing.T) {
			var out safeBuffer
			k := &spokenKeyring{Keyring: silent{identity.Memory(), after}, out: &out}
			var calls sync.WaitGroup
			for range 2 {
				calls.Go(func() { _, _ = k.Get("s", "u") })
			}
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if n := bytes.Count(out.bytes(), []byte("The keyring doesn’t answer.")); n != want {
				t.Errorf("answered after %v, said %d times: %s", after, n, out.bytes())
			}
			calls.Wait()
		})
	}
}

type safeBuffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *safeBuffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.data.Bytes())
}
