package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// checks are the doctor's for this computer and for the cloud, in the order in which one depends on another.
func (s *Shell) checks(ctx context.Context) []backend.Check {
	all := []backend.Check{s.configCheck(), s.keyringCheck(), s.folderCheck(), s.clockCheck(), s.trayCheck()}
	all = append(all, s.cloudCheck(ctx))
	if u := s.snapshot().User; u != nil && all[len(all)-1].OK {
		d := *s.rooms.doctor
		d.User = *u
		all = append(all, d.Examine(ctx)...)
	}
	return all
}

// checked is a check whose problem, if any, says what is wrong and how it is cured.
func checked(name, fine string, p *backend.Problem) backend.Check {
	if p == nil {
		return backend.Check{Name: name, OK: true, Why: fine}
	}
	return backend.Check{Name: name, Why: p.What + ". " + p.Why, Cure: p.Next}
}

func (s *Shell) configCheck() backend.Check {
	_, err := config.Load(s.rooms.file)
	fine := say("checks.configRead", s.rooms.file)
	if _, missing := os.Stat(s.rooms.file); missing != nil {
		fine = say("checks.configNone")
	}
	return checked(say("checks.config"), fine, backend.ProblemOf(err))
}

func (s *Shell) keyringCheck() backend.Check {
	return checked(say("checks.keyring"), say("checks.keyringFine"), s.rooms.identity.Notice())
}

// folderCheck writes what it checks: a full disk looks well until then.
func (s *Shell) folderCheck() backend.Check {
	f, err := os.CreateTemp(s.stateDir, ".check-*")
	if err == nil {
		_, err = f.WriteString("check")
		if closed := f.Close(); err == nil {
			err = closed
		}
		_ = os.Remove(f.Name())
	}
	var p *backend.Problem
	if err != nil {
		p = stateProblem(s.stateDir, err)
	}
	return checked(say("checks.folder"), say("checks.folderFine", s.stateDir), p)
}

// clockLimit is how far AWS lets a request's time be off, with room: beyond 5 minutes signatures are refused.
const clockLimit = 2 * time.Minute

func (s *Shell) clockCheck() backend.Check {
	skew := s.snapshot().Skew.Round(time.Second)
	if skew.Abs() < clockLimit {
		return checked(say("checks.clock"), say("checks.clockFine"), nil)
	}
	return backend.Check{Name: say("checks.clock"), Why: say("checks.clockOff", skew.Abs()), Cure: say("checks.clockCure")}
}

func (s *Shell) trayCheck() backend.Check {
	if s.currentTray().hosted() {
		return checked(say("checks.tray"), say("checks.trayFine"), nil)
	}
	return checked(say("checks.tray"), say("checks.trayNone"), nil) // nothing is wrong: the window does without
}

// cloudCheck asks for the pool, which needs the network, the sign-in and the first of its rights.
func (s *Shell) cloudCheck(ctx context.Context) backend.Check {
	if s.snapshot().User == nil {
		return checked(say("checks.cloud"), say("checks.cloudSignedOut"), nil)
	}
	began := time.Now()
	_, err := s.rooms.fleet.Pool(ctx)
	return checked(say("checks.cloud"), say("checks.cloudFine", fmt.Sprint(time.Since(began).Milliseconds())), backend.ProblemOf(err))
}
