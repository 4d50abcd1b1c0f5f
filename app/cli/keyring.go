package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/identity"
)

// keyringPatience is how long a command waits for the keyring before it says so.
const keyringPatience = 1500 * time.Millisecond

// commandKeyring is the system's keyring for a command. A call that is not answered soon is said on standard error.
func commandKeyring(timeout time.Duration) identity.Keyring {
	return &spokenKeyring{Keyring: core.Keyring(timeout), out: os.Stderr}
}

// spokenKeyring says once that it waits for the keyring below it.
type spokenKeyring struct {
	identity.Keyring
	out  io.Writer
	once sync.Once
}

func (k *spokenKeyring) Get(service, user string) (string, error) {
	defer k.watch()()
	return k.Keyring.Get(service, user)
}

func (k *spokenKeyring) Set(service, user, value string) error {
	defer k.watch()()
	return k.Keyring.Set(service, user, value)
}

func (k *spokenKeyring) Delete(service, user string) error {
	defer k.watch()()
	return k.Keyring.Delete(service, user)
}

// watch begins to wait; what it returns ends that.
func (k *spokenKeyring) watch() (done func()) {
	timer := time.AfterFunc(keyringPatience, func() {
		k.once.Do(func() {
			fmt.Fprintln(k.out, i18n.Text("commands.keyring.silent"))
		})
	})
	return func() { timer.Stop() }
}
