package doctor

import (
	"context"
	"os"
	"strings"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// All are the checks of this computer and then of the cloud: what is wrong here explains what goes wrong there.
func All(ctx context.Context, r *core.Rooms, stateDir string, s backend.Snapshot) []backend.Check {
	all := append(Computer(), Keyring(core.Keyring(KeyringTime)), Policy(), configCheck(r.File), folderCheck(stateDir),
		clockCheck(s.Skew))
	if s.User == nil {
		return append(all, answers(ctx, r))
	}
	return append(all, Cloud(ctx, r, nil, s.User)...)
}

// KeyringTime is how long the keyring may take to answer: nobody unlocks it for a check.
const KeyringTime = 3 * time.Second

// checked returns a check that failed with a problem, or one that passed and says why if there is none.
func checked(name, fine messages.Message, p *backend.Problem) backend.Check {
	if p == nil {
		return backend.Check{Name: name, OK: true, Why: fine}
	}
	return backend.Check{Name: name, Why: whatAndWhy(p), Cure: p.Next}
}

// Policy reports what an administrator has fixed on this computer, and where that was read.
func Policy() backend.Check {
	p, err := config.ReadPolicy()
	return checked(messages.New("doctor.policy"), inForce(p), backend.ProblemOf(err))
}

// inForce says what a policy sets; p is nil if there is none.
func inForce(p *config.Policy) messages.Message {
	if p == nil {
		return messages.New("doctor.policyNone", config.PolicyFile())
	}
	var fixes, allows messages.Message
	if keys := p.Keys(); len(keys) > 0 {
		fixes = messages.New("doctor.policyFixes", p.Source, strings.Join(keys, ", "))
	}
	if len(p.Allowed) > 0 {
		allows = messages.New("doctor.policyAllows", strings.Join(p.Allowed, ", "))
	}
	if fixes.IsZero() && allows.IsZero() {
		return messages.New("doctor.policyEmpty", p.Source)
	}
	return messages.Join(fixes, allows, messages.Verbatim(p.Reason))
}

func configCheck(file string) backend.Check {
	_, err := config.Load(file)
	fine := messages.Verbatim(file)
	if _, missing := os.Stat(file); missing != nil {
		fine = messages.New("doctor.configNone")
	}
	return checked(messages.New("doctor.config"), fine, backend.ProblemOf(err))
}

// folderCheck writes a file and deletes it: a full disk can still be read.
func folderCheck(stateDir string) backend.Check {
	f, err := os.CreateTemp(stateDir, ".check-*")
	if err == nil {
		_, err = f.WriteString("check")
		if closed := f.Close(); err == nil {
			err = closed
		}
		_ = os.Remove(f.Name())
	}
	var p *backend.Problem
	if err != nil {
		p = core.StateProblem(stateDir, err)
	}
	return checked(messages.New("doctor.folder"), messages.Verbatim(stateDir), p)
}

// clockLimit is how far AWS lets a request's time be off, with room: beyond 5 minutes signatures are refused.
const clockLimit = 2 * time.Minute

func clockCheck(skew time.Duration) backend.Check {
	skew = skew.Round(time.Second)
	if skew.Abs() < clockLimit {
		return checked(messages.New("doctor.clock"), messages.New("doctor.clockFine"), nil)
	}
	return backend.Check{Name: messages.New("doctor.clock"), Why: messages.New("doctor.clockOff", skew.Abs()),
		Cure: messages.New("doctor.clockCure")}
}
