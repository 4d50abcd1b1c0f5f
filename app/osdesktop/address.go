package osdesktop

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"avatar-launcher/backend"
)

// AvatarURL is the snapshot's URL, if it is one that a browser may be sent to: http or https, and the host that the
// session was given.
func AvatarURL(s backend.Snapshot) (string, error) {
	if s.URL == "" || s.Session == nil {
		return "", fmt.Errorf("there is no avatar to connect to")
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return "", fmt.Errorf("the avatar's address: %w", err)
	}
	domain := strings.TrimSuffix(s.Session.Domain, ".")
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil ||
		!strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), domain) {
		return "", fmt.Errorf("the address %q is not the session's own", s.URL)
	}
	return u.String(), nil
}

// browsable says what is wrong with an address that the browser is to be sent to for the sign-in: it must be https, or
// http to this machine.
func browsable(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return errors.New("the sign-in's address is no URL") // the cause would repeat it
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !IsLocal(address)) {
		return fmt.Errorf("the sign-in's address begins with %s://%s", u.Scheme, u.Host)
	}
	return nil
}

// OpenBrowser opens an address of the sign-in in the system's browser. It waits for nothing but the start of the
// program: anyone who signs in sees the address, too.
func OpenBrowser(log *slog.Logger) func(address string) error {
	return func(address string) error {
		if err := browsable(address); err != nil {
			return err
		}
		go func() {
			if err := OpenURL(address, BrowserPatience); err != nil {
				log.Warn("the browser could not be opened", "cause", err)
			}
		}()
		return nil
	}
}

// BrowserPatience is how long the program that opens the browser may take to fail. One that still runs then is taken
// for the browser itself.
const BrowserPatience = 3 * time.Second

// OpenURL opens an address by the system's own means. It returns an error if the program that does so is missing, or
// fails within patience. The caller must have checked the address.
func OpenURL(address string, patience time.Duration) error {
	command := exec.Command("xdg-open", address)
	switch runtime.GOOS {
	case "windows":
		command = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	case "darwin":
		command = exec.Command("open", address)
	}
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }() // reap it, whenever it ends
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return nil
	}
}

// IsLocal reports whether an endpoint is on this computer.
func IsLocal(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback() || u.Hostname() == "localhost"
}
