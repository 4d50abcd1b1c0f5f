package fleet

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// gateTime is how long gated waits for the avatar.
const gateTime = 3 * time.Second

// gateKey returns the key of a session's gate: the stored one, else the one that this desktop keeps in memory, which it
// makes if it has none.
func (s *Service) gateKey(row sessionRow) (*gate.Key, error) {
	if row.GateKey != "" {
		return gate.ParseKey(row.GateKey)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[row.claim()]; key != nil {
		return key, nil
	}
	return s.newGateKey(row)
}

// newGateKey makes a key for a session's gate in place of any other of the user's. The caller must hold the mutex.
func (s *Service) newGateKey(row sessionRow) (*gate.Key, error) {
	key, err := gate.NewKey()
	if err != nil {
		return nil, err
	}
	for c := range s.keys {
		if c.userID == row.UserID {
			delete(s.keys, c)
		}
	}
	if s.keys == nil {
		s.keys = map[claim]*gate.Key{}
	}
	s.keys[row.claim()] = key
	return key, nil
}

// errSessionOver is the error of a stored key that is asked for after its session.
var errSessionOver = errors.New("fleet: the session is over")

// withStoredKey returns the row with the session's stored key. A session that began without one gets one.
func (s *Service) withStoredKey(ctx context.Context, row sessionRow) (sessionRow, error) {
	if row.GateKey != "" {
		return row, nil
	}
	for range 2 {
		now, err := s.ledger.session(ctx, row.UserID)
		if err != nil {
			return row, err
		}
		if now == nil || now.claim() != row.claim() || now.Phase == ended {
			return row, errSessionOver
		}
		if now.GateKey != "" {
			row.GateKey = now.GateKey
			return row, nil
		}
		key, err := gate.NewKey()
		if err != nil {
			return row, err
		}
		if err := s.ledger.storeGateKey(ctx, row, key.Private()); err != nil {
			return row, err
		}
	}
	return row, errSessionOver
}

// tagOwner sets the owner's tags and the gate's public key. An account whose policies are older than the gate denies
// the key's tag: the others are then set without it.
func (s *Service) tagOwner(ctx context.Context, row sessionRow) error {
	key, err := s.gateKey(row)
	if err != nil {
		return err
	}
	return s.withKeyTag(func(allowed bool) error {
		all := ownerTags(row)
		if allowed {
			all = append(all, tags(gate.Tag, key.Public())...)
		}
		return s.tag(ctx, row.InstanceID, all)
	})
}

// untagOwner takes the owner's tags and the gate's public key off.
func (s *Service) untagOwner(ctx context.Context, instanceID string) error {
	return s.withKeyTag(func(allowed bool) error {
		all := []string{"owner", "epoch", "expire-at"}
		if allowed {
			all = append(all, gate.Tag)
		}
		return untilTagsSeen(ctx, func() error { return s.compute.removeTags(ctx, instanceID, all) })
	})
}

// withKeyTag makes a call with the gate's tag, and without it if that is denied. It remembers if that helped.
func (s *Service) withKeyTag(call func(allowed bool) error) error {
	s.mu.Lock()
	refused := s.keyRefused
	s.mu.Unlock()
	err := call(!refused)
	if refused || !awsx.IsDenied(err) {
		return err
	}
	if err = call(false); err == nil {
		s.mu.Lock()
		s.keyRefused = true
		s.mu.Unlock()
	}
	return err
}

// Connect returns an address that opens the session's avatar once, within a minute. If no gate stands in front of the
// avatar, that is its plain address.
func (s *Service) Connect(ctx context.Context, session backend.Session) (string, error) {
	plain := s.URL(session)
	if !s.gated(ctx, session) {
		return plain, nil
	}
	row := rowOf(session)
	select { // one at a time: each could find the other's key missing, and make its own
	case s.connecting <- struct{}{}:
		defer func() { <-s.connecting }()
	case <-ctx.Done():
		return "", problem(messages.New("fleet.cannotMakeLinkAvatar"), ctx.Err())
	}
	key, err := s.currentKey(ctx, row)
	if err != nil {
		return "", problem(messages.New("fleet.cannotMakeLinkAvatar"), err)
	}
	ticket, err := key.Ticket(gate.Session{Instance: row.InstanceID, Epoch: gateEpoch(row)}, s.Clock.Now())
	if err != nil {
		return "", problem(messages.New("fleet.cannotMakeLinkAvatar"), err)
	}
	return gate.Link(plain, ticket)
}

// gateEpoch is the session's epoch as the tag "epoch" says it.
func gateEpoch(row sessionRow) int64 { return max(row.Epoch, 1) }

// currentKey returns the key whose public half is the instance's tag. If this desktop has not made that, because it
// started anew or another one connected, it makes a new key, which ends what was opened under the old one. A stored key
// is the same in every process, and only tagged again.
func (s *Service) currentKey(ctx context.Context, row sessionRow) (_ *gate.Key, err error) {
	if s.StoreGateKeys {
		if row, err = s.withStoredKey(ctx, row); err != nil {
			return nil, err
		}
	}
	key, err := s.gateKey(row)
	if err != nil {
		return nil, err
	}
	i, err := s.compute.describe(ctx, row.InstanceID)
	if err != nil {
		return nil, err
	}
	if i != nil && i.gateKey == key.Public() {
		return key, nil
	}
	if row.GateKey == "" {
		s.mu.Lock()
		key, err = s.newGateKey(row)
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
	return key, s.whileHeld(ctx, row, false, func(ctx context.Context) error {
		return s.tag(ctx, row.InstanceID, tags(gate.Tag, key.Public()))
	})
}

// gated reports whether a gate stands in front of the session's avatar. It asks at the instance's own address, as the
// readiness probe does. An avatar that doesn't answer has none.
func (s *Service) gated(ctx context.Context, session backend.Session) bool {
	header, err := s.askGate(ctx, session.PublicIP, session.Domain)
	if err != nil {
		s.Log.Warn("whether the avatar has a gate could not be asked", "cause", err)
	}
	return header != ""
}

// askGate returns what the gate at an address says of itself, empty if there is none.
func (s *Service) askGate(ctx context.Context, address, domain string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gateTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.addressURL(address, gate.InfoPath), nil)
	if err != nil {
		return "", err
	}
	req.Host = s.hostOf(domain)
	c := &http.Client{Transport: s.probeTransport(domain),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return resp.Header.Get(gate.Header), nil
}

// gateLearns bounds how long a start waits for the gate of an instance that ran before its claim: the gate reads the
// instance's tags each second.
const gateLearns = 10 * time.Second

// awaitGate waits until the gate knows the session's owner, for gateLearns at most. A gate that does not say whom it
// knows is not waited for.
func (s *Service) awaitGate(ctx context.Context, row sessionRow, address string) error {
	limited, cancel := context.WithTimeout(ctx, gateLearns)
	defer cancel()
	for limited.Err() == nil {
		header, err := s.askGate(limited, address, row.Domain)
		if epoch, says := gate.Epoch(header); err == nil && (!says || epoch == gateEpoch(row)) {
			break
		}
		_ = awsx.Sleep(limited, eagerProbe)
	}
	return ctx.Err()
}

// hostOf is the Host header of a request for a name.
func (s *Service) hostOf(domain string) string {
	return strings.TrimSuffix(strings.TrimPrefix(s.url(domain), s.Avatar.Scheme+"://"), "/")
}
