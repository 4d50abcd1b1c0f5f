package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
)

func doctorCommand(o *options) *cobra.Command {
	var user string
	var fromStdin bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether this computer and the cloud have all that the launcher needs",
		Long: "Doctor looks at this computer, at your sign-in, and at each thing and permission that the launcher needs of\n" +
			"the cloud. It changes nothing. Each line is ok, or says why not and what to do. It ends with 0 where all are ok.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runDoctor(c.Context(), o, user, fromStdin) },
	}
	c.Flags().StringVar(&user, "user", "", "look as this user, instead of the one in the keyring")
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return c
}

// runDoctor looks at this computer first: what is wrong here explains what goes wrong after it.
func runDoctor(ctx context.Context, o *options, user string, fromStdin bool) error {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return err
	}
	out := &printer{w: stdout, json: o.json}
	all := computerChecks()
	ring := identity.Memory() // a look as --user touches no keyring: it could ask for a password that nobody is there to type
	if user == "" {
		ring = commandKeyring(checkTime)
		all = append(all, keyringCheck(ring))
	}
	r, err := build(ctx, o, ring, stderrLog(level))
	if err != nil {
		out.checks(append(all, failedCheck("profile", err)))
		return unwell(1)
	}
	defer r.close()
	all = append(all, backend.Check{Name: "profile", OK: true, Why: fmt.Sprintf("%s, in %s at %s.", r.profile.Name, r.profile.Region, endpointOf(r.profile))})
	v := &visit{rooms: r, out: out}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	all = append(all, r.examine(call, v.arrive(call, user, fromStdin), &v.user)...)
	if user != "" && v.user.ID != "" {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = r.identity.SignOut(ctx)
		}()
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return backend.ProblemOf(ctx.Err())
	}
	out.checks(all)
	bad := 0
	for _, c := range all {
		if !c.OK {
			bad++
		}
	}
	if bad > 0 {
		return unwell(bad)
	}
	return nil
}

func unwell(n int) error {
	return &backend.Problem{Kind: backend.KindUnexpected, What: count(n, "check") + " not ok", Next: "Each says above what to do."}
}

// arrive signs in, as --user or by the keyring.
func (v *visit) arrive(ctx context.Context, user string, fromStdin bool) error {
	if user != "" {
		return v.enter(ctx, user, fromStdin)
	}
	return v.resume(ctx)
}

// examine is the checks of the cloud: with a sign-in all of them, without one whether it answers at all.
func (r *rooms) examine(ctx context.Context, arrived error, user *backend.User) []backend.Check {
	if arrived != nil {
		return []backend.Check{r.answers(ctx), failedCheck("sign-in", arrived)}
	}
	d := *r.doctor
	d.User = *user
	checks := []backend.Check{r.answers(ctx), {Name: "sign-in", OK: true, Why: "You are signed in as " + user.Username + "."}}
	return append(checks, d.Examine(ctx)...)
}

func failedCheck(name string, err error) backend.Check {
	p := backend.ProblemOf(err)
	return backend.Check{Name: name, Why: strings.TrimSpace(p.What + ". " + p.Why), Cure: p.Next}
}

// answers asks the user pool for its keys, which it gives to everybody.
func (r *rooms) answers(ctx context.Context) backend.Check {
	p := r.profile
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
	client, err := awsClient()
	if err != nil {
		return failedCheck("endpoint", err)
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

func endpointOf(p config.Profile) string {
	if p.Endpoint == "" {
		return "AWS"
	}
	return p.Endpoint
}

// keyringCheck keeps, reads and deletes an entry.
func keyringCheck(ring identity.Keyring) backend.Check {
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

// computerChecks look at what the window needs. A machine without a display needs none of it.
func computerChecks() []backend.Check {
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
