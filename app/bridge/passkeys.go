package bridge

import (
	"context"
	"sync"
	"time"

	"avatar-launcher/backend"
)

// passkeyTime is how long a passkey may take to be made in the browser, with the calls before and after.
const passkeyTime = 6 * time.Minute

// Passkey is one of the passkeys of the user's account. Cognito names it, and has no operation that renames one.
type Passkey struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Domain  string `json:"domain"`  // of the sign-in pages that it is for
	Created *int64 `json:"created"` // nil if Cognito doesn't say
}

// PasskeyList is what the page shows of passkeys, or why they could not be read.
type PasskeyList struct {
	Offered  bool      `json:"offered"` // people of this profile may sign in by passkeys
	Passkeys []Passkey `json:"passkeys"`
	Problem  *Problem  `json:"problem"`
}

// PasskeyPage is the address at which the browser makes a passkey, or why it makes none.
type PasskeyPage struct {
	Address string   `json:"address"`
	Problem *Problem `json:"problem"`
}

// addition is a passkey that is being made in the browser.
type addition struct {
	cancel context.CancelFunc
	ended  chan struct{} // closed when err is valid
	err    error
}

// adding keeps the one addition there can be.
type adding struct {
	mu  sync.Mutex
	now *addition
}

// replace makes an addition the current one, nil for none. It ends the one before and waits for it.
func (a *adding) replace(next *addition) {
	a.mu.Lock()
	before := a.now
	a.now = next
	a.mu.Unlock()
	if before != nil {
		before.cancel()
		<-before.ended
	}
}

func (a *adding) current() *addition {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func newPasskey(k backend.Passkey) Passkey {
	return Passkey{ID: k.ID, Name: k.Name, Domain: k.Domain, Created: unixMillis(k.Created)}
}

// Passkeys lists the passkeys of the user's account. Somebody of a company's sign-in has none here.
func (s *Security) Passkeys() PasskeyList {
	out := PasskeyList{Passkeys: []Passkey{}}
	if out.Problem = s.nobody(); out.Problem != nil {
		return out
	}
	c := s.rooms().Profile.Cognito
	if out.Offered = c.Browser() && c.Provider() == ""; !out.Offered {
		return out
	}
	ctx, done := s.window.Call(askTime)
	defer done()
	all, err := s.rooms().Identity.Passkeys(ctx)
	if err != nil {
		out.Problem = s.say(err)
		return out
	}
	out.Passkeys = each(all, newPasskey)
	return out
}

// AddPasskey sends the browser to the page that makes a passkey. It returns once the browser was asked; PasskeyAdded
// waits for what comes of it.
func (s *Security) AddPasskey() PasskeyPage {
	if p := s.nobody(); p != nil {
		return PasskeyPage{Problem: p}
	}
	within, done := s.window.Call(passkeyTime)
	ctx, cancel := context.WithCancel(within)
	now := &addition{cancel: cancel, ended: make(chan struct{})}
	s.adding.replace(now)
	shown := make(chan string, 1)
	go func() {
		defer done()
		defer close(now.ended)
		now.err = s.rooms().Identity.AddPasskey(ctx, func(address string) { shown <- address })
	}()
	select {
	case address := <-shown:
		return PasskeyPage{Address: address}
	case <-now.ended:
	}
	if now.err != nil {
		return PasskeyPage{Problem: s.say(now.err)}
	}
	return PasskeyPage{Address: <-shown}
}

// PasskeyAdded waits until the browser has made the passkey that AddPasskey asked for, or has not.
func (s *Security) PasskeyAdded() Outcome {
	now := s.adding.current()
	if now == nil {
		return Outcome{}
	}
	<-now.ended
	if now.err != nil {
		return Outcome{s.say(now.err)}
	}
	return Outcome{}
}

// CancelPasskey ends the wait for the browser.
func (s *Security) CancelPasskey() { s.adding.replace(nil) }

// RemovePasskey deletes a passkey at Cognito: the device on which it is may still show it.
func (s *Security) RemovePasskey(id string) Outcome {
	return s.act(func(ctx context.Context) error { return s.rooms().Identity.RemovePasskey(ctx, id) })
}
