package cognitoidp

import (
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// checkPassword holds a new password against the pool's policy. The characters that count as symbols are those of the
// developer guide, "Password requirements".
func (p *pool) checkPassword(password string) error {
	policy := p.Config.Policies.PasswordPolicy
	if utf8.RuneCountInString(password) > 256 || strings.TrimSpace(password) == "" ||
		strings.ContainsFunc(password, unicode.IsControl) {
		return fail("InvalidParameterException",
			"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular "+
				"expression pattern: ^[\\S]+.*[\\S]+$")
	}
	has := func(f func(rune) bool) bool { return strings.ContainsFunc(password, f) }
	rules := []struct {
		on, kept bool
		want     string
	}{
		{true, utf8.RuneCountInString(password) >= policy.MinimumLength, "Password not long enough"},
		{policy.RequireLowercase, has(func(r rune) bool { return r >= 'a' && r <= 'z' }),
			"Password must have lowercase characters"},
		{policy.RequireUppercase, has(func(r rune) bool { return r >= 'A' && r <= 'Z' }),
			"Password must have uppercase characters"},
		{policy.RequireNumbers, has(func(r rune) bool { return r >= '0' && r <= '9' }),
			"Password must have numeric characters"},
		{policy.RequireSymbols, has(isSymbol), "Password must have symbol characters"},
	}
	for _, r := range rules {
		if r.on && !r.kept {
			return fail("InvalidPasswordException", "Password did not conform with policy: %s", r.want)
		}
	}
	return nil
}

func isSymbol(r rune) bool { return strings.ContainsRune("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ", r) }

// setPassword replaces a user's password after the policy's checks, history included.
func (s *Service) setPassword(p *pool, u *user, password string) error {
	if err := p.checkPassword(password); err != nil {
		return err
	}
	history := p.Config.Policies.PasswordPolicy.PasswordHistorySize
	if history > 0 {
		for _, old := range append([]secret{u.Secret}, u.Past...) {
			if old.matches(p.name(), u.Username, password) {
				return fail("PasswordHistoryPolicyViolationException", "Password has already been used.")
			}
		}
		u.Past = append([]secret{u.Secret}, u.Past...)
		u.Past = u.Past[:min(len(u.Past), history-1)]
	} else {
		u.Past = nil
	}
	u.Secret = newSecret(p.name(), u.Username, password)
	u.TemporaryUntil = time.Time{}
	return nil
}

// setTemporary gives a password that must be replaced at the first sign-in.
func (s *Service) setTemporary(p *pool, u *user, password string, now time.Time) error {
	if err := s.setPassword(p, u, password); err != nil {
		return err
	}
	u.Status = forceChangePassword
	u.TemporaryUntil = now.AddDate(0, 0, p.Config.Policies.PasswordPolicy.TemporaryPasswordValidityDays)
	return nil
}

// temporaryPassword makes one that fits any policy.
func temporaryPassword(p *pool) string {
	out := []byte("aA0!")
	kinds := []string{"abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!@#%&*"}
	random := randomBytes(max(p.Config.Policies.PasswordPolicy.MinimumLength, 12))
	for i, b := range random {
		kind := kinds[i%len(kinds)]
		c := kind[int(b)%len(kind)]
		if i < len(out) {
			out[i] = c
			continue
		}
		out = append(out, c)
	}
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return string(out)
}
