// Package handover reads a profile that somebody hands over by a link or a file. What it reads is shown before it is
// trusted, and nothing of it is in force until it was added to the user's configuration.
package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"aead.dev/minisign"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

const (
	maxSize   = 64 << 10 // of a profile; setup writes some 3 KB
	fetchTime = 15 * time.Second
	redirects = 5
)

// Offer is a profile that was read, and what is known of its origin.
type Offer struct {
	Source  string // the file or the address
	Profile config.Profile
	Signed  bool // by one of the keys that the policy names
}

// Source is where a link or a path says that a profile is: an https address or an absolute path. It returns "" for a
// link that hands nothing over.
func Source(opened string) (string, error) {
	u, err := url.Parse(opened)
	if err != nil || !strings.EqualFold(u.Scheme, "avatar-launcher") {
		if strings.HasPrefix(strings.ToLower(opened), "https://") {
			return opened, checkAddress(opened)
		}
		return filepath.Abs(opened)
	}
	if !strings.EqualFold(u.Host, "profile") {
		return "", nil
	}
	address := u.Query().Get("url")
	return address, checkAddress(address)
}

// checkAddress refuses what is no https address. A user name or a password in it would end up in a log.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return refused(messages.New("handover.notHTTPS"), messages.New("handover.askForHTTPS"), err)
	}
	return nil
}

// Read reads the profile at a source, and its signature beside it if the policy has keys. Errors are *backend.Problem.
func Read(ctx context.Context, client *http.Client, source string) (Offer, error) {
	policy, err := config.ReadPolicy()
	if err != nil {
		return Offer{}, err
	}
	data, err := read(ctx, client, source)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Source: source}
	if policy != nil && len(policy.Signers) > 0 {
		signature, err := read(ctx, client, beside(source))
		if err != nil || !signedBy(policy.Signers, data, signature) {
			return Offer{}, refused(messages.New("handover.notSigned", policy.Source),
				messages.New("config.askAdministrator"), err)
		}
		o.Signed = true
	}
	if o.Profile, err = config.HandedOver(source, data); err != nil {
		return Offer{}, err
	}
	return o, nil
}

// beside is where the signature of what is at a source is.
func beside(source string) string {
	const suffix = ".minisig"
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "https" {
		return source + suffix
	}
	u.Path += suffix
	u.RawPath = ""
	return u.String()
}

// signedBy reports whether one of the keys signed the data.
func signedBy(keys []string, data, signature []byte) bool {
	for _, text := range keys {
		var key minisign.PublicKey
		if key.UnmarshalText([]byte(text)) == nil && minisign.Verify(key, data, signature) {
			return true
		}
	}
	return false
}

func read(ctx context.Context, client *http.Client, source string) (data []byte, err error) {
	var from io.ReadCloser
	if strings.HasPrefix(source, "https://") {
		ctx, cancel := context.WithTimeout(ctx, fetchTime)
		defer cancel()
		from, err = fetch(ctx, client, source)
	} else {
		from, err = openFile(source)
	}
	if err != nil {
		return nil, refused(messages.New("handover.cannotRead", source), messages.New("handover.checkSource"), err)
	}
	defer from.Close()
	data, err = io.ReadAll(io.LimitReader(from, maxSize+1))
	switch {
	case err != nil:
		return nil, refused(messages.New("handover.cannotRead", source), messages.New("handover.checkSource"), err)
	case len(data) > maxSize:
		return nil, refused(messages.New("handover.tooLarge", source), messages.New("config.askSender"), nil)
	}
	return data, nil
}

// openFile opens a regular file; it waits for no pipe.
func openFile(path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	return os.Open(path)
}

// fetch asks for an address. Redirects stay on https, and no cookie or other sign-in goes along.
func fetch(ctx context.Context, client *http.Client, address string) (io.ReadCloser, error) {
	own := *client
	own.Jar = nil
	own.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if to.URL.Scheme != "https" || len(via) > redirects {
			return fmt.Errorf("it redirects to %s", to.URL.Redacted())
		}
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := own.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return resp.Body, nil
}

func refused(why, next messages.Message, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("config.profileNotTaken"), Why: why, Next: next,
		Cause: cause}
}
