package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/identity"
)

// Cloud is the checks of the cloud: with a sign-in all of them, without one whether it answers at all.
func Cloud(ctx context.Context, r *core.Rooms, arrived error, user *backend.User) []backend.Check {
	if arrived != nil {
		return []backend.Check{answers(ctx, r), Failed("sign-in", arrived)}
	}
	d := *r.Doctor
	d.User = *user
	checks := []backend.Check{answers(ctx, r), {Name: "sign-in", OK: true, Why: "You are signed in as " + user.Username + "."}}
	return append(append(checks, d.Examine(ctx)...), Network(ctx, r, *user)...)
}

func Failed(name string, err error) backend.Check {
	p := backend.ProblemOf(err)
	return backend.Check{Name: name, Why: strings.TrimSpace(p.What + ". " + p.Why), Cure: p.Next}
}

// answers asks the user pool for its keys, which it gives to everybody.
func answers(ctx context.Context, r *core.Rooms) backend.Check {
	p := r.Profile
	base := strings.TrimSuffix(p.Endpoint, "/")
	if base == "" {
		base = "https://cognito-idp." + p.Region + ".amazonaws.com"
	}
	c := backend.Check{Name: "endpoint", Cure: "Check the network connection, a proxy, and the profile's region."}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/"+p.Cognito.UserPoolID+"/.well-known/jwks.json", nil)
	if err != nil {
		c.Why = i18n.Sentence(err.Error())
		return c
	}
	client, err := core.HTTPClient()
	if err != nil {
		return Failed("endpoint", err)
	}
	resp, err := client.WithTimeout(10 * time.Second).Do(req)
	if awsx.IsCertificate(err) {
		c.Why, c.Cure = "The certificate of "+req.URL.Host+" isn't trusted here: "+i18n.Sentence(rootCause(err).Error()), certificateCure
		return c
	}
	if err != nil {
		c.Why = req.URL.Host + " does not answer: " + i18n.Sentence(rootCause(err).Error())
		return c
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		c.Why, c.Cure = fmt.Sprintf("%s does not know the user pool %s (%s).", req.URL.Host, p.Cognito.UserPoolID, resp.Status), "Compare cognito.user_pool_id and region of the profile with what your operator gave you."
		return c
	}
	return backend.Check{Name: "endpoint", OK: true, Why: req.URL.Host + " answers and knows the user pool."}
}

// certificateCure is for networks that inspect TLS.
const certificateCure = "If your network inspects TLS, name its certificates by AWS_CA_BUNDLE; otherwise don't go on, and ask your operator."

func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// Keyring keeps, reads and deletes an entry.
func Keyring(ring identity.Keyring) backend.Check {
	const service, entry = "avatar-launcher doctor", "check"
	c := backend.Check{Name: "keyring", Cure: "Unlock it; on Linux install and start a Secret Service such as gnome-keyring. Without one a sign-in lasts for one run only."}
	err := ring.Set(service, entry, entry)
	if err == nil {
		var got string
		if got, err = ring.Get(service, entry); err == nil && got != entry {
			err = errors.New("it gives back something else than it was given")
		}
		err = errors.Join(err, ring.Delete(service, entry))
	}
	switch {
	case errors.Is(err, identity.ErrLocked):
		c.Why = "The keyring is locked, or waits for somebody to unlock it."
	case err != nil:
		c.Why = "The keyring cannot be used: " + i18n.Sentence(err.Error())
	default:
		return backend.Check{Name: "keyring", OK: true, Why: "It keeps what it is given."}
	}
	return c
}

// Computer look at what the window needs. A machine without a display needs none of it.
func Computer() []backend.Check {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return []backend.Check{{Name: "window", OK: true, Why: "There is no display: the verbs work here, the window does not."}}
	}
	return []backend.Check{webViewCheck(), trayCheck()}
}

func trayCheck() backend.Check {
	c := backend.Check{Name: "tray", OK: true, Why: "The system shows tray icons."}
	if runtime.GOOS != "linux" {
		return c
	}
	bus, err := dbus.ConnectSessionBus()
	if err == nil {
		defer bus.Close()
	}
	if err != nil || !osdesktop.TrayHosted(bus) {
		c.OK, c.Why = false, "Nothing here shows tray icons, so that closing the window quits the launcher."
		c.Cure = "On GNOME install the extension AppIndicator; other desktops have a tray of their own to switch on."
	}
	return c
}
