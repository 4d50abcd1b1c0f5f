package simulate

import (
	"fmt"
	"time"
)

// seen notes that a player's page is open, and returns how many are.
func (s *Service) seen(id, player string) int {
	return s.player(id, func(m *machine, now time.Time) {
		if _, known := m.players[player]; !known {
			if len(m.players) >= mostPlayers {
				return
			}
			m.players[player] = now
			m.say(now, "info", "signalling", fmt.Sprintf("player connected: %s (%d in all)", shortID(player), len(m.players)))
			return
		}
		m.players[player] = now
	})
}

// left notes that a player's page is closed.
func (s *Service) left(id, player string) int {
	return s.player(id, func(m *machine, now time.Time) { m.leave(now, player) })
}

// player runs fn on a machine that is up, and returns its number of players.
func (s *Service) player(id string, fn func(*machine, time.Time)) int {
	s.mu.Lock()
	m := s.machines[id]
	if m == nil || !m.ready || s.closed {
		s.mu.Unlock()
		return 0
	}
	now := s.env.Now()
	fn(m, now)
	n := len(m.players)
	m.schedule(now)
	s.mu.Unlock()
	s.flush(m)
	return n
}

func (m *machine) leave(now time.Time, player string) {
	if _, known := m.players[player]; known {
		delete(m.players, player)
		m.say(now, "info", "signalling", fmt.Sprintf("player disconnected: %s (%d left)", shortID(player), len(m.players)))
	}
}

// runPlayers drops players whose pages have fallen silent.
func (m *machine) runPlayers(now time.Time) {
	for id, seen := range m.players {
		if now.Sub(seen) >= playerGone {
			m.leave(now, id)
		}
	}
}

// shortID keeps a player's ID short and printable for the log.
func shortID(id string) string {
	if len(id) > 8 {
		id = id[:8]
	}
	return fmt.Sprintf("%+q", id)
}
