package window

import (
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/updates"
)

func TestTheTrayOffersANewerRelease(t *testing.T) {
	row := func(s backend.Snapshot) (found item) {
		for _, i := range menuFor(s, "", time.Now()) {
			if i.Key == itemUpdate {
				found = i
			}
		}
		return found
	}
	if got := row(backend.Snapshot{}); !got.Hidden || got.Enabled {
		t.Errorf("without a newer release: %+v", got)
	}
	notice := updates.Notice(updates.Status{Newer: true, Release: updates.Release{Version: "v1.5.0"}}, "en")
	got := row(backend.Snapshot{Notices: []backend.Notice{{Key: backend.NoticeUpdate, Problem: notice}}})
	if got.Hidden || !got.Enabled || got.Title != "Avatar Launcher v1.5.0 is available" {
		t.Errorf("with one: %+v", got)
	}
}
