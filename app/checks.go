package app

import (
	"context"
	"os"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
)

// checks are the doctor's for this computer and then for the cloud: what is wrong here explains what goes wrong there.
func (s *Shell) checks(ctx context.Context) []backend.Check {
	all := append(computerChecks(), keyringCheck(identity.OSKeyring(checkTime)), s.configCheck(), s.folderCheck(), s.clockCheck())
	user := s.snapshot().User
	if user == nil {
		return append(all, s.rooms.answers(ctx))
	}
	return append(all, s.rooms.examine(ctx, nil, user)...)
}

// checkTime is how long the keyring may take to answer: nobody unlocks it for a check.
const checkTime = 3 * time.Second

// checked is a check whose problem, if any, says what is wrong and how it is cured.
func checked(name, fine string, p *backend.Problem) backend.Check {
	if p == nil {
		return backend.Check{Name: name, OK: true, Why: fine}
	}
	return backend.Check{Name: name, Why: i18n.Translate(p.What) + ". " + i18n.Translate(p.Why), Cure: i18n.Translate(p.Next)}
}

func (s *Shell) configCheck() backend.Check {
	_, err := config.Load(s.rooms.file)
	fine := i18n.Say("checks.configRead", s.rooms.file)
	if _, missing := os.Stat(s.rooms.file); missing != nil {
		fine = i18n.Say("checks.configNone")
	}
	return checked(i18n.Say("checks.config"), fine, backend.ProblemOf(err))
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
	return checked(i18n.Say("checks.folder"), i18n.Say("checks.folderFine", s.stateDir), p)
}

// clockLimit is how far AWS lets a request's time be off, with room: beyond 5 minutes signatures are refused.
const clockLimit = 2 * time.Minute

func (s *Shell) clockCheck() backend.Check {
	skew := s.snapshot().Skew.Round(time.Second)
	if skew.Abs() < clockLimit {
		return checked(i18n.Say("checks.clock"), i18n.Say("checks.clockFine"), nil)
	}
	return backend.Check{Name: i18n.Say("checks.clock"), Why: i18n.Say("checks.clockOff", skew.Abs()), Cure: i18n.Say("checks.clockCure")}
}
