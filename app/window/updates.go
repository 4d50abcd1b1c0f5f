package window

import (
	"context"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/updates"
)

// watchUpdates looks for newer releases until ctx is done, if the profile names where. A newer one is a notice; what
// went wrong is in About and in the log, since it stops nobody.
func (s *Shell) watchUpdates(ctx context.Context) {
	checker, err := core.Updates(s.rooms.Profile, s.log)
	if err != nil {
		s.log.Warn("no update can be looked for", "cause", err)
		s.updates.Store(&updates.Status{Running: core.Version, Trouble: err})
		return
	}
	if checker == nil {
		return
	}
	checker.Watch(ctx, func(now updates.Status) {
		s.updates.Store(&now)
		s.rooms.Launcher.Notify(backend.NoticeUpdate, updates.Notice(now, i18n.Catalogue().Language))
	})
}

// openDownloadPage opens the page of the newer release. Its address was signed, and is https.
func (s *Shell) openDownloadPage() {
	now := s.updates.Load()
	if now == nil || !now.Newer {
		return
	}
	s.tasks.Go(func(context.Context) {
		if err := osdesktop.OpenURL(now.Release.Page, osdesktop.BrowserPatience); err != nil {
			s.log.Warn("the download page could not be opened", "page", now.Release.Page, "cause", err)
			s.rooms.Launcher.Notify(backend.NoticeUpdate, core.DownloadPageProblem(now.Release.Page, err))
		}
	})
}
