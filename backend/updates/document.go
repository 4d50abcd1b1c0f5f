package updates

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"
)

// Product is what the signed texts must name.
const Product = "avatar-launcher"

// The kinds of the signed texts.
const (
	kindKeys    = "keys"
	kindRelease = "release"
)

// MaxBytes is how large a file may be.
const MaxBytes = 64 << 10

const maxNews = 2000 // characters

// Document is the file: two signed texts. The texts are JSON, kept as they were signed.
type Document struct {
	Keys             string `json:"keys"` // of KeyList
	KeysSignature    string `json:"keysSignature"`
	Release          string `json:"release"` // of Release
	ReleaseSignature string `json:"releaseSignature"`
}

// KeyList names the keys that may sign releases. The root key signs it.
type KeyList struct {
	Kind    string               `json:"kind"`
	Product string               `json:"product"`
	Number  int64                `json:"number"` // grows with every list
	Expires time.Time            `json:"expires"`
	Keys    []minisign.PublicKey `json:"keys"`
}

// Release is the newest release.
type Release struct {
	Kind     string            `json:"kind"`
	Product  string            `json:"product"`
	Number   int64             `json:"number"`  // grows with every text that is signed
	Version  string            `json:"version"` // semantic, such as v1.4.0
	Issued   time.Time         `json:"issued"`
	Expires  time.Time         `json:"expires"`
	Page     string            `json:"page"` // https URL of the download page
	News     map[string]string `json:"news"` // plain text by language tag; "en" is for all others
	Packages []Package         `json:"packages"`
}

// Package is one file of a release.
type Package struct {
	Platform string `json:"platform"` // such as linux/amd64
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// For returns the packages of a platform.
func (r Release) For(platform string) (found []Package) {
	for _, p := range r.Packages {
		if p.Platform == platform {
			found = append(found, p)
		}
	}
	return found
}

// NewsIn returns what is new, in a language or else in English: plain text without control characters, cut to a
// length that fits into a notice.
func (r Release) NewsIn(language string) string {
	text, ok := r.News[language]
	if !ok {
		text = r.News["en"]
	}
	clean := []rune(strings.Map(func(c rune) rune {
		if c == '\n' || unicode.IsPrint(c) {
			return c
		}
		return -1
	}, text))
	if len(clean) > maxNews {
		return string(clean[:maxNews-1]) + "…"
	}
	return strings.TrimSpace(string(clean))
}

// check returns what is wrong with a release, regardless of its signature.
func (r Release) check() error {
	page, err := url.Parse(r.Page)
	switch {
	case r.Kind != kindRelease:
		return fmt.Errorf("the text is a %q, not a release", r.Kind)
	case r.Product != Product:
		return errProduct
	case !semver.IsValid(r.Version):
		return fmt.Errorf("the version %q is not semantic", r.Version)
	case r.Number < 1:
		return errors.New("the release has no number")
	case err != nil || page.Scheme != "https" || page.Host == "" || page.User != nil:
		return errors.New("the download page is no https URL")
	}
	return nil
}

func (k KeyList) check() error {
	switch {
	case k.Kind != kindKeys:
		return fmt.Errorf("the text is a %q, not a list of keys", k.Kind)
	case k.Product != Product:
		return errProduct
	case k.Number < 1:
		return errors.New("the list of keys has no number")
	}
	return nil
}

// SignKeys returns a document with a list of keys that the root key has signed, and no release yet.
func SignKeys(root minisign.PrivateKey, list KeyList) (Document, error) {
	list.Kind, list.Product = kindKeys, Product
	text, err := json.Marshal(list)
	if err != nil {
		return Document{}, err
	}
	return Document{Keys: string(text), KeysSignature: string(minisign.Sign(root, text))}, list.check()
}

// SignRelease returns the document with a release that a signing key has signed.
func SignRelease(key minisign.PrivateKey, d Document, r Release) (Document, error) {
	r.Kind, r.Product = kindRelease, Product
	text, err := json.Marshal(r)
	if err != nil {
		return Document{}, err
	}
	d.Release, d.ReleaseSignature = string(text), string(minisign.Sign(key, text))
	return d, r.check()
}
