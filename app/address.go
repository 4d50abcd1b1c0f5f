package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os/exec"
	"runtime"
	"strings"

	"avatar-launcher/backend"
)

// avatarURL is the snapshot's URL, if it is one that a browser may be sent to: http or https, and the host that the
// session was given.
func avatarURL(s backend.Snapshot) (string, error) {
	if s.URL == "" || s.Session == nil {
		return "", fmt.Errorf("there is no avatar to connect to")
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return "", fmt.Errorf("the avatar's address: %w", err)
	}
	domain := strings.TrimSuffix(s.Session.Domain, ".")
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), domain) {
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
	ip, err := netip.ParseAddr(u.Hostname())
	here := err == nil && ip.IsLoopback() || u.Hostname() == "localhost"
	if u.Scheme != "https" && (u.Scheme != "http" || !here) {
		return fmt.Errorf("the sign-in's address begins with %s://%s", u.Scheme, u.Host)
	}
	return nil
}

// openBrowser opens an address of the sign-in by the system's own means, for the verbs, which have no window.
func openBrowser(address string) error {
	if err := browsable(address); err != nil {
		return err
	}
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
	go func() { _ = command.Wait() }() // reap it
	return nil
}
