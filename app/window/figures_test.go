package window

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/cli"
	"avatar-launcher/app/controlplane"
	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/logs/kinesis"
)

// launched is a launcher at a cloud of its own, in virtual time.
type launched struct {
	bridge.Window
	rooms *core.Rooms
}

func (l *launched) Rooms() *core.Rooms { return l.rooms }
func (l *launched) Log() *slog.Logger  { return slog.New(slog.DiscardHandler) }

func (l *launched) Call(within time.Duration) (context.Context, func()) {
	return context.WithTimeout(context.Background(), within)
}

func launch(t *testing.T) *launched {
	t.Helper()
	cloud, err := localcloud.Open(localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	const endpoint = "http://localcloud"
	p := core.CloudAddress{Endpoint: endpoint, Outputs: cloud.Outputs()}.File().Profiles["cloud"]
	cfg := aws.Config{Region: p.Region, BaseEndpoint: aws.String(endpoint),
		HTTPClient: &http.Client{Transport: cloud.Transport()}}
	inbox := backend.NewInbox()
	id := identity.New(identity.Options{Region: p.Region, UserPoolID: p.Cognito.UserPoolID, ClientID: p.Cognito.ClientID,
		IdentityPoolID: p.Cognito.IdentityPoolID, HTTP: cfg.HTTPClient, SDK: cfg, Keyring: identity.Memory(),
		Account: p.Name, Notify: inbox.Notify})
	cfg.Credentials = id.Credentials()
	stream := kinesis.New(kinesis.Options{API: awskinesis.NewFromConfig(cfg), Name: p.Stream})
	o := controlplane.Options(cfg, p, stream)
	o.LauncherID = "desktop-1"
	o.Avatar.Transport = func(string) http.RoundTripper { return cloud.Transport() }
	f := fleet.New(o)
	r := &core.Rooms{Profile: p, Fleet: f, History: f, Operator: f, Identity: id, Now: time.Now}
	r.Launcher = backend.New(backend.Options{Identity: id, Fleet: f, Inbox: inbox, Rules: core.Rules(p), Profile: p.Name,
		KeepPool: true})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Launcher.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended; f.Wait() })
	return &launched{rooms: r}
}

// until waits for a phase, and returns the snapshot before it and the one in it.
func (l *launched) until(t *testing.T, limit time.Duration, phase backend.Phase) (before, after backend.Snapshot) {
	t.Helper()
	updates, end := l.rooms.Launcher.Watch()
	defer end()
	late := time.After(limit)
	for {
		select {
		case s := <-updates:
			if before = after; s.Phase == phase && !s.Adopting {
				return before, s
			}
			after = s
		case <-late:
			t.Fatalf("after %v the phase is %s, not %s: %v", limit, after.Phase, phase, after.Problem)
		}
	}
}

// status returns what `status --json` prints.
func (l *launched) status(t *testing.T, s backend.Snapshot) (facts struct {
	Session struct {
		CreationTime, ExpireAt time.Time
	}
	Timers      []backend.Timer
	LeftSeconds int
	Cost        struct {
		Currency      string
		Hourly, Spent float64
	}
}) {
	t.Helper()
	session, err := l.rooms.Fleet.Current(t.Context(), *s.User)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(cli.StatusFacts(l.rooms, *s.User, session, nil, time.Now()))
	if err == nil {
		err = json.Unmarshal(data, &facts)
	}
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// number returns the first number of a text, the first after the word if that is not empty.
func number(t *testing.T, text, after string) int {
	t.Helper()
	_, rest, found := strings.Cut(text, after)
	digits := strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if !found || len(digits) == 0 {
		t.Fatalf("%q has no number after %q", text, after)
	}
	n, err := strconv.Atoi(digits[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOneSetOfFigures has one session from its start to its end by itself, and compares what it costs, how long it
// lasts and what is left of it in the window, the tray, the notifications, the history and `status --json`.
func TestOneSetOfFigures(t *testing.T) {
	i18n.SetLanguage("en")
	synctest.Test(t, func(t *testing.T) {
		l := launch(t)
		l.rooms.Launcher.Do(backend.Wish{Verb: backend.WishSignIn, Username: "demo",
			Password: l.rooms.Profile.DemoUsers["demo"]})
		l.until(t, time.Minute, backend.Idle)
		l.rooms.Launcher.Do(backend.Wish{Verb: backend.WishStart})
		l.until(t, 5*time.Minute, backend.Ready)
		time.Sleep(20*time.Minute + 30*time.Second)
		synctest.Wait()
		l.compareRunning(t)

		before, over := l.until(t, 2*time.Hour, backend.Idle)
		synctest.Wait()
		l.compareEnded(t, before, over)
	})
}

func (l *launched) compareRunning(t *testing.T) {
	t.Helper()
	now := time.Now()
	s := l.rooms.Launcher.Snapshot()
	page, status := bridge.NewSnapshot(s), l.status(t, s)
	ends := status.Session.ExpireAt
	if *page.Session.ExpireAt != ends.UnixMilli() || page.Timers[0].At != ends.UnixMilli() ||
		!status.Timers[0].At.Equal(ends) {
		t.Errorf("it ends at %v by status, %d by the page, and by the timers %d and %v", ends, *page.Session.ExpireAt,
			page.Timers[0].At, status.Timers[0].At)
	}
	left := int(math.Ceil(float64(status.LeftSeconds) / 60))
	if tip := tooltipFor(s, now); number(t, tip, "") != left {
		t.Errorf("the tray says %q, status %d minutes", tip, left)
	}
	if row, want := stateRow(s, now), i18n.Money(status.Cost.Spent, status.Cost.Currency)+" so far"; !strings.HasSuffix(
		row, want) || !strings.Contains(row, endsAt(s)) {
		t.Errorf("the tray's menu says %q, status %s", row, want)
	}
	warned := s
	warned.Warning = true
	if said := notificationsFor(s, warned, now); number(t, said[0].Title, "") != left {
		t.Errorf("the notification says %q, status %d minutes", said[0].Title, left)
	}
	if page.Cost.Currency != status.Cost.Currency || page.Cost.Hourly != status.Cost.Hourly || page.Cost.Hourly == 0 {
		t.Errorf("an hour costs %v %s by the page, %v %s by status", page.Cost.Hourly, page.Cost.Currency,
			status.Cost.Hourly, status.Cost.Currency)
	}
	spent := page.Cost.Hourly*now.Sub(time.UnixMilli(*page.Cost.Since)).Hours() + page.Cost.Traffic // as view.ts
	if math.Abs(spent-status.Cost.Spent) > 0.0001 {
		t.Errorf("it has cost %v by the page, %v by status", spent, status.Cost.Spent)
	}
	if page.Timers[0].Cost != status.Timers[0].Cost || len(page.Timers) != len(status.Timers) {
		t.Errorf("the page's timers are %v, those of status %v", page.Timers, status.Timers)
	}
}

func (l *launched) compareEnded(t *testing.T, before, over backend.Snapshot) {
	t.Helper()
	var past []bridge.PastSession
	for _, s := range bridge.Services(l) {
		if history, ok := s.(*bridge.History); ok {
			past = history.Read(1).Sessions
		}
	}
	if over.Ended == nil || len(past) != 1 {
		t.Fatalf("it ended as %+v, and the history has %d sessions", over.Ended, len(past))
	}
	page, row := bridge.NewSnapshot(over).Ended, past[0]
	text := i18n.EndedText(backend.Ended{Used: time.Duration(row.Ended-row.Started) * time.Millisecond, Cost: row.Cost},
		over.Cost.Currency)
	if said := notificationsFor(before, over, time.Now()); len(said) != 1 || said[0].Body != text {
		t.Errorf("the notification says %+v, the history %q", said, text)
	}
	if i18n.Length(time.Duration(page.Used)*time.Millisecond) != i18n.Length(time.Duration(row.Ended-row.Started)*
		time.Millisecond) {
		t.Errorf("the window says %d ms, the history %d", page.Used, row.Ended-row.Started)
	}
	if math.Abs(page.Cost-row.Cost) > 0.005 {
		t.Errorf("the window says %v, the history %v", page.Cost, row.Cost)
	}
	time.Sleep(2 * time.Minute)
	l.rooms.Launcher.Do(backend.Wish{Verb: backend.WishTouch}) // somebody looks: the month is read again
	time.Sleep(10 * time.Second)
	synctest.Wait()
	s := bridge.NewSnapshot(l.rooms.Launcher.Snapshot())
	if s.Cost.Month != row.Cost {
		t.Errorf("the month has cost %v by the window, %v by the history", s.Cost.Month, row.Cost)
	}
	pool, err := l.rooms.Fleet.Pool(t.Context()) // what the command pool prints
	if err != nil {
		t.Fatal(err)
	}
	shown, printed := map[bridge.PoolState]int{}, map[bridge.PoolState]int{}
	for _, m := range s.Pool.Members {
		shown[m.State]++
	}
	for _, m := range pool.Members {
		printed[bridge.PoolState(m.State)]++
	}
	if !maps.Equal(shown, printed) || len(printed) == 0 {
		t.Errorf("the pool is %v by the window, %v by the command", shown, printed)
	}
}
