package doctor

import (
	"context"
	"errors"
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
	"avatar-launcher/backend/messages"
)

// Cloud is the checks of the cloud: with a sign-in all of them, without one whether it answers at all.
func Cloud(ctx context.Context, r *core.Rooms, arrived error, user *backend.User) []backend.Check {
	if arrived != nil {
		return []backend.Check{answers(ctx, r), Failed(messages.New("doctor.signIn"), arrived)}
	}
	d := *r.Doctor
	d.User = *user
	checks := []backend.Check{answers(ctx, r),
		{Name: messages.New("doctor.signIn"), OK: true, Why: messages.New("doctor.signedIn", user.Username)}}
	checks = append(checks, d.Examine(ctx)...)
	pool, err := r.Fleet.Pool(ctx)
	own := r.Profile.WarmPool.Keep && user.Role != backend.RoleOperator && mayKeep(checks)
	checks = append(checks, keeper(pool, err, own))
	return append(checks, Network(ctx, r, *user)...)
}

// whatAndWhy is what a problem says in one text.
func whatAndWhy(p *backend.Problem) messages.Message {
	if p.Why.IsZero() {
		return p.What
	}
	return messages.New("doctor.whatAndWhy", p.What, p.Why)
}

// Failed is the check of what an error ended.
func Failed(name messages.Message, err error) backend.Check {
	p := backend.ProblemOf(err)
	return backend.Check{Name: name, Why: whatAndWhy(p), Cure: p.Next}
}

// answers asks the user pool for its keys, which it gives to everybody.
func answers(ctx context.Context, r *core.Rooms) backend.Check {
	p := r.Profile
	base := strings.TrimSuffix(p.Endpoint, "/")
	if base == "" {
		base = "https://cognito-idp." + p.Region + ".amazonaws.com"
	}
	c := backend.Check{Name: messages.New("doctor.endpoint"), Cure: messages.New("doctor.checkNetworkConnectionProxy")}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/"+p.Cognito.UserPoolID+"/.well-known/jwks.json",
		nil)
	if err != nil {
		c.Why = i18n.Sentence(err.Error())
		return c
	}
	client, err := core.HTTPClient()
	if err != nil {
		return Failed(messages.New("doctor.endpoint"), err)
	}
	resp, err := client.WithTimeout(10 * time.Second).Do(req)
	if awsx.IsCertificate(err) {
		c.Why, c.Cure = messages.New("doctor.certificateNotTrustedHere", req.URL.Host, i18n.Sentence(rootCause(err).Error())),
			messages.New("common.networkInspectsTlsName")
		return c
	}
	if err != nil {
		c.Why = messages.New("doctor.notAnswer", req.URL.Host, i18n.Sentence(rootCause(err).Error()))
		return c
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		c.Why, c.Cure = messages.New("doctor.notKnowUserPool", req.URL.Host, p.Cognito.UserPoolID, resp.Status),
			messages.New("doctor.compareCognitoUserPool")
		return c
	}
	return backend.Check{Name: messages.New("doctor.endpoint"), OK: true,
		Why: messages.New("doctor.answersKnowsUserPool", req.URL.Host)}
}

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
	c := backend.Check{Name: messages.New("doctor.keyring"), Cure: messages.New("doctor.unlockLinuxInstallStart")}
	err := ring.Set(service, entry, entry)
	if err == nil {
		var got string
		if got, err = ring.Get(service, entry); err == nil && got != entry {
			err = errors.New("it gives back something else than it was given")
		}
		err = errors.Join(err, ring.Delete(service, entry))
	}
	switch {
	case errors.Is(err, identity.ErrPortable):
		return backend.Check{Name: messages.New("doctor.keyring"), OK: true, Why: messages.New("doctor.portableKeepsNothing")}
	case errors.Is(err, identity.ErrLocked):
		c.Why = messages.New("doctor.keyringLockedWaitsSomebody")
	case err != nil:
		c.Why = messages.New("doctor.keyringCannotUsed", i18n.Sentence(err.Error()))
	default:
		return backend.Check{Name: messages.New("doctor.keyring"), OK: true, Why: messages.New("doctor.keepsGiven")}
	}
	return c
}

// Computer look at what the window needs. A machine without a display needs none of it.
func Computer() []backend.Check {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return []backend.Check{{Name: messages.New("doctor.window"), OK: true,
			Why: messages.New("doctor.noDisplayVerbsWork")}}
	}
	return []backend.Check{WebView(), trayCheck()}
}

func trayCheck() backend.Check {
	c := backend.Check{Name: messages.New("doctor.tray"), OK: true, Why: messages.New("doctor.systemShowsTrayIcons")}
	if runtime.GOOS != "linux" {
		return c
	}
	bus, err := dbus.ConnectSessionBus()
	if err == nil {
		defer bus.Close()
	}
	if err != nil || !osdesktop.TrayHosted(bus) {
		c.OK, c.Why = false, messages.New("doctor.nothingHereShowsTray")
		c.Cure = messages.New("doctor.gnomeInstallExtensionAppindicator")
	}
	return c
}
