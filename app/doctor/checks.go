package doctor

import (
	"context"
	"os"
	"strings"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
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

// checked is a check whose problem, if any, says what is wrong and how it is cured.
func checked(name, fine messages.Message, p *backend.Problem) backend.Check {
	if p == nil {
		return backend.Check{Name: name, OK: true, Why: fine}
	}
	return backend.Check{Name: name, Why: whatAndWhy(p), Cure: p.Next}
}

// Policy says what an administrator has fixed on this computer, and where that was read.
func Policy() backend.Check {
	p, err := config.ReadPolicy()
	return checked(messages.Verbatim(i18n.Say("checks.policy")), messages.Verbatim(inForce(p)), backend.ProblemOf(err))
}

func inForce(p *config.Policy) string {
	if p == nil {
		return i18n.Say("checks.policyNone", config.PolicyFile())
	}
	sentences := []string{}
	if keys := p.Keys(); len(keys) > 0 {
		sentences = append(sentences, i18n.Say("checks.policyFixes", p.Source, strings.Join(keys, ", ")))
	}
	if len(p.Allowed) > 0 {
		sentences = append(sentences, i18n.Say("checks.policyAllows", strings.Join(p.Allowed, ", ")))
	}
	if len(sentences) == 0 {
		return i18n.Say("checks.policyEmpty", p.Source)
	}
	return strings.TrimSpace(strings.Join(append(sentences, p.Reason), " "))
}

func configCheck(file string) backend.Check {
	_, err := config.Load(file)
	fine := messages.Verbatim(i18n.Say("checks.configRead", file))
	if _, missing := os.Stat(file); missing != nil {
		fine = messages.Verbatim(i18n.Say("checks.configNone"))
	}
	return checked(messages.Verbatim(i18n.Say("checks.config")), fine, backend.ProblemOf(err))
}

// folderCheck writes what it checks: a full disk looks well until then.
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
	return checked(messages.Verbatim(i18n.Say("checks.folder")),
		messages.Verbatim(i18n.Say("checks.folderFine", stateDir)), p)
}

// clockLimit is how far AWS lets a request's time be off, with room: beyond 5 minutes signatures are refused.
const clockLimit = 2 * time.Minute

func clockCheck(skew time.Duration) backend.Check {
	skew = skew.Round(time.Second)
	if skew.Abs() < clockLimit {
		return checked(messages.Verbatim(i18n.Say("checks.clock")), messages.Verbatim(i18n.Say("checks.clockFine")), nil)
	}
	return backend.Check{Name: messages.Verbatim(i18n.Say("checks.clock")),
		Why:  messages.Verbatim(i18n.Say("checks.clockOff", skew.Abs())),
		Cure: messages.Verbatim(i18n.Say("checks.clockCure"))}
}
