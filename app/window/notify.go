package window

import (
	"context"
	"runtime"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// notification is something worth saying to somebody who looks elsewhere. Actions are keys of the tray's menu.
type notification struct {
	ID      string // one a kind
	Title   string
	Body    string
	Actions []string
	Urgent  bool // it stays until it is dismissed
}

// program is the name of the desktop entry, of its icon and of the window's class on Linux.
const program = "avatar-launcher"

// notificationsFor are what a step from one snapshot to the next is worth saying: ready, nearly over, stopped without
// having been asked to, no warm instance, a place in the queue, signed out. What the user has just pressed is not
// said again, but for the sign-out, which takes its time.
func notificationsFor(before, after backend.Snapshot, now time.Time) (all []notification) {
	add := func(id, title, body string, actions ...string) {
		all = append(all, notification{ID: id, Title: title, Body: body, Actions: actions, Urgent: id == "warning"})
	}
	switch p := i18n.Problem(after.Problem); {
	case before.Phase != backend.Ready && after.Phase == backend.Ready:
		add("ready", i18n.Say("notify.ready.title"), i18n.Say("notify.ready.text"), itemConnect)
	case before.Ended == nil && after.Ended != nil:
		add("ended", i18n.EndedTitle(*after.Ended), i18n.EndedText(*after.Ended, after.Cost.Currency), itemStart)
	case before.Phase.Active() && !after.Phase.Active() && p != nil && after.Problem != before.Problem &&
		after.User != nil:
		add("ended", p.What.String(), p.Why.String()+" "+p.Next.String(), startOrStop(after))
	case held(before) && after.User != nil && after.Phase == backend.Idle:
		add("ended", i18n.Say("notify.ended.title"), i18n.Say("notify.ended.text"), itemStart)
	case before.User != nil && after.User == nil && p != nil:
		add("signed-out", p.What.String(), p.Why.String()+" "+p.Next.String(), itemOpen)
	case before.User != nil && after.User == nil:
		add("signed-out", i18n.Say("notify.signedOut.title"), i18n.Say("notify.signedOut.text"), itemOpen)
	case before.Queue == nil && after.Queue != nil:
		add("waiting", i18n.Say("notify.waiting.title"), i18n.Say("notify.waiting.text", after.Queue.Position), itemOpen)
	case !before.Cold && after.Cold && after.Phase.Starting():
		add("exhausted", i18n.Say("notify.exhausted.title"), i18n.Say("notify.exhausted.text"), itemOpen)
	}
	if b := after.Pool.Backoff; b != nil && concerned(after) &&
		(before.Pool.Backoff == nil || !before.Pool.Backoff.Stopped && b.Stopped) {
		lines, title := i18n.BackoffLines(b), i18n.Say("notify.pool")
		if b.InstanceID == "" {
			title = i18n.Say("pool.backoff.title")
		}
		add("pool", title, lines[0]+" "+lines[1], itemOpen)
	}
	if r := after.Pool.Rollout; r != nil && r.Bad != "" && concerned(after) &&
		(before.Pool.Rollout == nil || before.Pool.Rollout.Bad != r.Bad) {
		add("rollout", i18n.Say("notify.rollout.title"), i18n.Say("pool.rollout.bad", r.Bad, r.Good), itemOpen)
	}
	if !before.Warning && after.Warning && after.Session != nil {
		add("warning", i18n.Say("notify.warning.title", minutesLeft(after, now)), i18n.Say("notify.warning.text"), itemKeep,
			itemStop)
	}
	return all
}

// held reports whether a stop has failed, so that the session goes on.
func held(s backend.Snapshot) bool { return s.Phase == backend.Failed && s.Session != nil }

// startOrStop is what a failure offers: after a stop that failed it is the stop.
func startOrStop(s backend.Snapshot) string {
	if held(s) {
		if s.Adopting { // it is attached to again by itself
			return itemOpen
		}
		return itemStop
	}
	return itemStart
}

// concerned reports whether the state of the pool is this user's business: operators, and whose desktop keeps it.
func concerned(s backend.Snapshot) bool {
	return s.Pool.Leader || s.User != nil && s.User.Role == backend.RoleOperator
}

// actionTitle is the word on a notification's button.
func actionTitle(key string) string {
	return map[string]string{itemConnect: i18n.Say("tray.connect"), itemStart: i18n.Say("tray.start"),
		itemKeep: i18n.Say("tray.keepGoing"),
		itemStop: i18n.Say("tray.stop"), itemOpen: i18n.Say("tray.open")}[key]
}

// allowNotifications opens the system's notifications. Where there are none, nothing is said there.
func (s *Shell) allowNotifications() {
	if runtime.GOOS == "linux" {
		s.notifyOnBus()
		return
	}
	if !wails.IsNotificationAvailable(s.ctx) {
		return
	}
	if err := wails.InitializeNotifications(s.ctx); err != nil {
		s.log.Info("there are no notifications here", "cause", err)
		return
	}
	if allowed, err := wails.RequestNotificationAuthorization(s.ctx); err != nil || !allowed {
		s.log.Info("notifications are not allowed here", "cause", err)
		return
	}
	wails.OnNotificationResponse(s.ctx, func(r wails.NotificationResult) {
		switch {
		case r.Error != nil:
			s.log.Info("a notification failed", "cause", r.Error)
		case r.Response.ActionIdentifier == defaultAction:
			s.show()
		default:
			s.choose(r.Response.ActionIdentifier)
		}
	})
	s.notifies.Store(true)
}

// notifyOnBus opens the notifications of a Linux desktop.
func (s *Shell) notifyOnBus() {
	bus, err := newBusNotifier()
	if err != nil {
		s.log.Info("there are no notifications here", "cause", err)
		return
	}
	s.onBus = bus
	s.tasks.Go(func(ctx context.Context) { bus.follow(ctx, s.choose) })
	s.notifies.Store(true)
}

// defaultAction is Wails' word for a press of the notification itself.
const defaultAction = "DEFAULT_ACTION"

// notify says what is worth it, unless the settings forbid, or the program is on its way out.
func (s *Shell) notify(before, after backend.Snapshot) {
	if !s.notifies.Load() || !s.desk.get().Notifications || s.life.ending() {
		return
	}
	for _, n := range notificationsFor(before, after, time.Now()) {
		// A notification service that hangs must not hold the page up.
		s.tasks.Go(func(ctx context.Context) { s.send(ctx, n) })
	}
}

func (s *Shell) send(ctx context.Context, n notification) {
	if s.onBus != nil {
		if err := s.onBus.send(ctx, n); err != nil {
			s.log.Info("a notification could not be shown", "cause", err)
		}
		return
	}
	category := wails.NotificationCategory{ID: n.ID}
	for _, key := range n.Actions {
		if key != itemOpen { // that is what a press of the notification itself does
			category.Actions = append(category.Actions, wails.NotificationAction{ID: key, Title: actionTitle(key)})
		}
	}
	err := wails.RegisterNotificationCategory(s.ctx, category)
	if err == nil {
		err = wails.SendNotificationWithActions(s.ctx,
			wails.NotificationOptions{ID: n.ID, Title: n.Title, Body: n.Body, CategoryID: n.ID})
	}
	if err != nil {
		s.log.Info("a notification could not be shown", "cause", err)
	}
}
