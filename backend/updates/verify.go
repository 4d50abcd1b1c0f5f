package updates

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"
)

// What a document is refused for. Each is said to people, see problem.
var (
	errForm      = errors.New("the file is not one of releases")
	errSignature = errors.New("the signature is not by a key that may sign")
	errProduct   = errors.New("the text is about another product")
	errExpired   = errors.New("the text has expired")
	errOlder     = errors.New("a newer text was accepted before")
)

// accepted is a document whose signatures are good.
type accepted struct {
	keys    KeyList
	release Release
	signer  minisign.PublicKey // of the release
	text    Document           // as it was signed
}

// open checks the signatures of a document and what it says, without regard to the time.
func open(data []byte, root minisign.PublicKey) (accepted, error) {
	var d Document
	var a accepted
	if len(data) > MaxBytes || json.Unmarshal(data, &d) != nil {
		return a, errForm
	}
	if !minisign.Verify(root, []byte(d.Keys), []byte(d.KeysSignature)) {
		return a, fmt.Errorf("the list of keys: %w", errSignature)
	}
	if err := decode(d.Keys, &a.keys); err != nil {
		return a, err
	}
	if err := a.keys.check(); err != nil {
		return a, err
	}
	by := slices.IndexFunc(a.keys.Keys, func(key minisign.PublicKey) bool {
		return minisign.Verify(key, []byte(d.Release), []byte(d.ReleaseSignature))
	})
	if by < 0 {
		return a, fmt.Errorf("the release: %w", errSignature)
	}
	if err := decode(d.Release, &a.release); err != nil {
		return a, err
	}
	a.signer, a.text = a.keys.Keys[by], d
	return a, a.release.check()
}

func decode(text string, into any) error {
	if err := json.NewDecoder(bytes.NewReader([]byte(text))).Decode(into); err != nil {
		return fmt.Errorf("%w: %w", errForm, err)
	}
	return nil
}

// current returns an error if a document has expired.
func (a accepted) current(now time.Time) error {
	if until := a.until(); !now.Before(until) {
		return fmt.Errorf("%w on %s", errExpired, until.Format(time.DateOnly))
	}
	return nil
}

// until is when the first of the two texts expires.
func (a accepted) until() time.Time {
	if a.keys.Expires.Before(a.release.Expires) {
		return a.keys.Expires
	}
	return a.release.Expires
}

// follows returns an error unless a document may come after one that was accepted before. What a key has signed that
// a later list doesn't name any more is forgotten: a stolen key may have used a number that no release reaches.
func (a accepted) follows(before accepted) error {
	switch {
	case a.keys.Number < before.keys.Number,
		a.keys.Number == before.keys.Number && a.text.Keys != before.text.Keys:
		return fmt.Errorf("the list of keys: %w", errOlder)
	case !slices.ContainsFunc(a.keys.Keys, func(key minisign.PublicKey) bool { return key.Equal(before.signer) }):
		return nil
	case a.release.Number < before.release.Number,
		a.release.Number == before.release.Number && a.text.Release != before.text.Release:
		return fmt.Errorf("the release: %w", errOlder)
	}
	return nil
}

// afterTag is what git describe adds to a tag that the commit is not itself.
var afterTag = regexp.MustCompile(`-\d+-g[0-9a-f]+$`)

// isNewer reports whether a release is newer than the running program. A program that was built between two releases
// counts as the first of them, and one without a version is never older.
func isNewer(release, running string) bool {
	running = afterTag.ReplaceAllString(strings.TrimSuffix(running, "-dirty"), "")
	if !strings.HasPrefix(running, "v") {
		running = "v" + running
	}
	// ".": a hash of digits alone is a version to semver, such as v1234567
	return semver.IsValid(running) && strings.Contains(running, ".") && semver.Compare(release, running) > 0
}
