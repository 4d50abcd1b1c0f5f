package gate

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// EnterPath is where a ticket is handed in, as the query's parameter "ticket".
	EnterPath = "/.avatar/enter"
	// HealthPath is open to everybody.
	HealthPath = "/healthz"
	// InfoPath is the gate's own: it answers everybody 204 with Header, by which a launcher knows that there is a gate.
	InfoPath = "/.avatar/gate"
	// Header is the header of the answer at InfoPath.
	Header = "Avatar-Gate"
	// RoleHeader tells the avatar what the sender of a request may do. What a client sends under this name is dropped.
	RoleHeader = "Avatar-Role"
)

// lookEvery is how often the pass of a request that goes on, such as a WebSocket, is checked again.
const lookEvery = time.Second

// Options is what a gate needs.
type Options struct {
	// Session returns the session that the instance belongs to now. It is called for every request, so it must be quick.
	Session func() (Session, error)
	// HTTPS reports whether a request came by https; nil if none does.
	HTTPS func(*http.Request) bool
	// Now is the instance's clock; nil for time.Now.
	Now func() time.Time
	// Secret authenticates the cookies. A gate with the same one takes those of a gate before it. nil for
	// State's, or a random one.
	Secret []byte
	// State remembers used tickets for a gate that starts again; nil to forget them.
	State *State
	// Relay is the TURN server beside the avatar; nil if there is none.
	Relay *Relay
	// Refused is told why somebody was refused, within the rate limit; nil if nobody asks.
	Refused func(r *http.Request, why string)
}

type gate struct {
	Options
	next  http.Handler
	wrong limiter
	spent *spent
}

// Link is the address that hands in a ticket at the avatar's address.
func Link(avatar, ticket string) (string, error) {
	u, err := url.Parse(avatar)
	if err != nil {
		return "", err
	}
	u.Path, u.RawQuery = EnterPath, url.Values{"ticket": {ticket}}.Encode()
	return u.String(), nil
}

// Handler lets those through to next who handed in a ticket. HealthPath is open.
func Handler(next http.Handler, o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HTTPS == nil {
		o.HTTPS = func(*http.Request) bool { return false }
	}
	if o.Refused == nil {
		o.Refused = func(*http.Request, string) {}
	}
	if o.State == nil {
		o.State = &State{secret: newSecret()}
	}
	if o.Secret == nil {
		o.Secret = o.State.secret
	}
	return &gate{Options: o, next: next, spent: &o.State.spent}
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == HealthPath && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		g.forward(w, r, "")
		return
	}
	if r.URL.Path == InfoPath {
		g.info(w, r)
		return
	}
	s, err := g.Session()
	if err != nil {
		titled(http.StatusServiceUnavailable, "notReady", retry).write(w, r)
		return
	}
	p, known := g.pass(r, s)
	switch {
	case r.URL.Path == EnterPath:
		g.enter(w, r, s, p, known)
	case !known:
		titled(http.StatusForbidden, "ownersOnly", "").write(w, r)
	case foreign(r):
		titled(http.StatusForbidden, "otherSite", "").write(w, r)
	case r.URL.Path == ICEPath:
		g.ice(w, r, s, p.Role)
	default:
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go g.endWith(ctx, p, cancel)
		g.forward(w, r.WithContext(ctx), p.Role, g.servers(r, s, p.Role)...)
	}
}

// endWith calls cancel as soon as p is no longer good, so that a WebSocket doesn't outlive the session that it belongs
// to. It returns when ctx is done. A session that can't be read ends nothing.
func (g *gate) endWith(ctx context.Context, p pass, cancel func()) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if s, err := g.Session(); err == nil && !p.good(s, g.Now()) {
			cancel()
			return
		}
	}
}

// forward hands a request on to the avatar, without what is the gate's own.
func (g *gate) forward(w http.ResponseWriter, r *http.Request, role Role, servers ...ICEServer) {
	r = withServers(r.Clone(r.Context()), servers)
	withoutCookie(r)
	r.Header.Del(RoleHeader)
	if role != "" {
		r.Header.Set(RoleHeader, string(role))
	}
	g.next.ServeHTTP(w, r)
}

// pass reads the request's cookie. It reports false if that lets nobody through.
func (g *gate) pass(r *http.Request, s Session) (pass, bool) {
	for _, c := range r.CookiesNamed(cookieName(g.HTTPS(r))) {
		if p, ok := unseal(c.Value, g.Secret); ok && p.good(s, g.Now()) {
			return p, true
		}
	}
	return pass{}, false
}

// foreign reports whether another site's page sent a request that may change something or opens a WebSocket. SameSite
// is not enough: all the avatars of a zone are one site.
func foreign(r *http.Request) bool {
	if !isSocket(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions) {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Header.Get("Sec-Fetch-Site") == "cross-site" || r.Header.Get("Sec-Fetch-Site") == "same-site"
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}

// enter trades a ticket for a cookie. A guest's ticket is used by a press on the page's button only, since programs
// that show a preview of links open them, too.
func (g *gate) enter(w http.ResponseWriter, r *http.Request, s Session, p pass, known bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		titled(http.StatusMethodNotAllowed, "method", "").write(w, r)
		return
	}
	now := g.Now()
	t, why := parse(r.URL.Query().Get("ticket"), s, now)
	if known && (why != "" || t.Role != Owner || p.Role == Owner) { // loaded again, or the owner opens a guest's link
		enterCleanly(w, r)
		return
	}
	if why == "" && t.Role != Owner && r.Method == http.MethodGet {
		titled(http.StatusOK, "invited", button).write(w, r)
		return
	}
	if why == "" && !g.spent.take(t.ID, t.Uses, t.ExpiresAt.Add(ClockSkew), now) {
		why = refusedUsed
	}
	if why != "" {
		g.refuse(w, r, why)
		return
	}
	g.admit(w, r, s, t)
	enterCleanly(w, r)
}

// admit sets the cookie that a good ticket is traded for.
func (g *gate) admit(w http.ResponseWriter, r *http.Request, s Session, t *ticket) {
	ends := t.ends(s)
	p := pass{Key: t.key, Instance: s.Instance, Epoch: s.Epoch, Role: t.Role}
	if !ends.IsZero() {
		p.Ends = ends.Unix()
	}
	http.SetCookie(w, cookie(seal(p, g.Secret), g.HTTPS(r), ends, g.Now()))
}

// enterCleanly redirects to the avatar's address without the ticket.
func enterCleanly(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// refuse answers a wrong ticket. Past the rate limit the answer is a short one, and nothing is logged.
func (g *gate) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	if !g.wrong.allow(source(r), g.Now()) {
		w.Header().Set("Retry-After", "3")
		http.Error(w, texts()[languageOf(r)]["tooMany"], http.StatusTooManyRequests)
		return
	}
	g.Refused(r, why.Error())
	part := ""
	if why == refusedKey || why == refusedNoOwner || why == refusedTakenBack { // a new key takes a moment to arrive
		part = retry
	}
	page{http.StatusForbidden, "refused", string(why), part}.write(w, r)
}
