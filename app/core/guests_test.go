package core

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/localcloud"
)

// control is a control plane that makes links for the desktop's user.
func (r *room) control() *fleet.Service {
	cfg, shape := r.operator(), controlplane.Avatar(r.profile)
	shape.Transport = func(string) http.RoundTripper { return r.cloud.Transport() }
	return fleet.New(fleet.Options{EC2: ec2.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg),
		Route53: route53.NewFromConfig(cfg), Scheduler: scheduler.NewFromConfig(cfg), Names: r.profile.Resources(),
		Figures: controlplane.Figures(r.profile), Avatar: shape, LauncherID: "links"})
}

// page is a browser's page of the avatar.
type page struct {
	r       *room
	url     string
	player  string
	cookies []*http.Cookie
}

// do sends a request of the page's and returns its status.
func (p *page) do(method, url string) int {
	p.r.t.Helper()
	req, err := http.NewRequestWithContext(p.r.t.Context(), method, url, nil)
	if err != nil {
		p.r.t.Fatal(err)
	}
	for _, c := range p.cookies {
		req.AddCookie(c)
	}
	resp, err := p.r.cloud.Transport().RoundTrip(req)
	if err != nil {
		p.r.t.Fatal(err)
	}
	_ = resp.Body.Close()
	p.cookies = append(p.cookies, resp.Cookies()...)
	return resp.StatusCode
}

// watch says that the page is open, as its script does, for some time.
func (p *page) watch(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(4 * time.Second) {
		p.do(http.MethodPost, p.url+"beat?p="+p.player)
	}
}

// TestAGuestIsCountedAmongTheViewers has a guest come by a link, through the gate of the simulated instance: the
// launcher says that two watch, and one again when the guest has left. Somebody without a link is let in by nobody and
// not counted.
func TestAGuestIsCountedAmongTheViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoomOf(t, localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
			Gate: simulatedGate(func() []byte { return []byte("a secret of the test's") })})
		l := r.desktop(time.Hour, r.withLogs)
		r.signIn(l, "demo", backend.Idle)
		l.Do(backend.Wish{Verb: backend.WishStart})
		ready := r.until(l, 5*time.Minute, backend.Ready)
		links := r.control()
		defer links.Wait()
		own, err := links.Connect(t.Context(), *ready.Session)
		if err != nil {
			t.Fatal(err)
		}
		_, invited, err := links.Invite(t.Context(), *ready.Session, gate.Invite{Until: time.Now().Add(time.Hour), Uses: 1})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // the gate reads the tags each second
		owner, guest := &page{r: r, url: ready.URL, player: "owner"}, &page{r: r, url: ready.URL, player: "guest"}
		stranger := &page{r: r, url: ready.URL, player: "stranger"}
		if a, b := owner.do(http.MethodGet, own), guest.do(http.MethodPost, invited); a != http.StatusSeeOther || a != b {
			t.Fatalf("the owner enters with %d, the guest with %d", a, b)
		}
		if got := stranger.do(http.MethodPost, stranger.url+"beat?p=stranger"); got != http.StatusForbidden {
			t.Errorf("a stranger's page: %d", got)
		}
		go owner.watch(3 * time.Minute)
		go stranger.watch(3 * time.Minute)
		guest.watch(time.Minute)
		if n := l.Snapshot().Viewers; n != 2 {
			t.Errorf("the owner and a guest watch: %d viewers", n)
		}
		guest.do(http.MethodPost, guest.url+"players?p=guest&leave=1")
		time.Sleep(time.Minute)
		if n := l.Snapshot().Viewers; n != 1 {
			t.Errorf("the guest has left: %d viewers", n)
		}
		time.Sleep(2 * time.Minute) // the pages' goroutines end
	})
}
