package app

import (
	"fmt"
	"net/url"
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
