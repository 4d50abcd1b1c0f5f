package config

import (
	"slices"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Allows reports whether a profile may be used. No policy allows all.
func (p *Policy) Allows(profile string) bool {
	return p == nil || len(p.Allowed) == 0 || slices.Contains(p.Allowed, profile)
}

// Locks reports whether the policy decides a key of the configuration, such as "profiles.studio.session.window".
func (p *Policy) Locks(path string) bool {
	if p == nil {
		return false
	}
	if path == "profile" && len(p.Allowed) == 1 {
		return true
	}
	for _, l := range p.locks {
		if path == l.path || strings.HasPrefix(path, l.path+".") {
			return true
		}
		rest, every := strings.CutPrefix(l.path, everyProfile)
		if every && strings.HasPrefix(path, "profiles.") && strings.HasSuffix(path, rest) {
			return true
		}
	}
	return slices.ContainsFunc(p.own(), func(name string) bool {
		key, ok := strings.CutPrefix(path, "profiles."+name+".")
		return ok && !isPreference(key)
	})
}

// Keys are what the policy decides, for people to read: the keys in the order of the policy, and each profile that is
// wholly its own once.
func (p *Policy) Keys() []string {
	keys := []string{}
	for _, name := range p.profiles {
		keys = append(keys, "profiles."+name)
	}
	for _, l := range p.locks {
		if !strings.HasPrefix(l.path, "profiles.") {
			keys = append(keys, l.path)
		}
	}
	return keys
}

// refusal says why the policy refuses a change, nil if it doesn't.
func (p *Policy) refusal(c Change) *backend.Problem {
	name, text := c.Value.(string)
	switch {
	case p.Locks(c.Path):
		return problem(messages.New("config.settingLocked"), messages.New("config.policyFixes", p.Source, c.Path),
			p.ask(), nil)
	case c.Path == "profile" && text && !p.Allows(name):
		return p.profileRefused(name)
	}
	return nil
}

// profileRefused says that a profile is not one of those that are allowed.
func (p *Policy) profileRefused(name string) *backend.Problem {
	return problem(messages.New("config.profileNotAllowed"),
		messages.New("config.policyAllowsOnly", p.Source, strings.Join(p.Allowed, ", "), name), p.ask(), nil)
}

// ask is the administrator's own sentence, else whom to ask.
func (p *Policy) ask() messages.Message {
	if p.Reason != "" {
		return messages.Verbatim(p.Reason)
	}
	return messages.New("config.askAdministrator")
}
