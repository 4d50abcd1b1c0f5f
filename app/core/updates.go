package core

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"path/filepath"
	"runtime"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
	"avatar-launcher/backend/updates"
)

// UpdatesKey is the public root key of releases for profiles that name none. The linker sets it:
// -X avatar-launcher/app/core.UpdatesKey=RW…
var UpdatesKey = ""

// Updates returns what looks for newer releases where the profile says, nil if it says nothing. What was seen is kept
// by root key, so that profiles of two publishers don't forget each other's.
func Updates(p config.Profile, log *slog.Logger) (*updates.Checker, error) {
	if p.Updates.URL == "" {
		return nil, nil
	}
	key := cmp.Or(p.Updates.Key, UpdatesKey)
	if key == "" {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("updates.cannotCheck"),
			Why: messages.New("core.updatesKeyMissing", p.Name), Next: messages.New("updates.writeKey")}
	}
	client, err := HTTPClient()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(key))
	return updates.New(updates.Options{URL: p.Updates.URL, Key: key, Running: Version,
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		File:     filepath.Join(config.Paths().StateDir, "updates-"+hex.EncodeToString(sum[:4])+".json"),
		HTTP:     client.GetTransport(), Log: log})
}

// DownloadPageProblem says where the download page is if no browser opened.
func DownloadPageProblem(page string, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("core.cannotOpenDownloadPage"),
		Next: messages.New("core.openDownloadPageYourself", page), Cause: cause}
}
