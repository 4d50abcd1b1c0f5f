package cognitoidp

import "avatar-launcher/backend/localcloud/wire"

func getUser(_ *Service, _ *wire.Call, b *bearer, _ *accessInput) (any, error) {
	out := map[string]any{"Username": b.user.Username, "UserAttributes": readable(b.client, b.user)}
	b.user.addFactors(out)
	return out, nil
}

func readable(cl *client, u *user) []attribute {
	out := []attribute{}
	for _, a := range u.Attributes {
		if a.Name == "sub" || cl.reads(a.Name) {
			out = append(out, a)
		}
	}
	return out
}

func getUserAuthFactors(_ *Service, _ *wire.Call, b *bearer, _ *accessInput) (any, error) {
	out := map[string]any{"Username": b.user.Username,
		"ConfiguredUserAuthFactors": b.pool.configuredFactors(b.user)}
	b.user.addFactors(out)
	return out, nil
}

func deleteUser(s *Service, _ *wire.Call, b *bearer, _ *accessInput) (any, error) {
	s.removeUser(b.pool, b.user)
	return nil, nil
}

// globalSignOut revokes all the user's tokens; AWS credentials already handed out live on to their expiry.
func globalSignOut(s *Service, _ *wire.Call, b *bearer, _ *accessInput) (any, error) {
	s.endSessions(b.pool, b.user)
	return nil, nil
}

type changePasswordInput struct {
	accessInput
	PreviousPassword, ProposedPassword string
}

// changePassword counts a wrong previous password like a wrong sign-in.
func changePassword(s *Service, c *wire.Call, b *bearer, in *changePasswordInput) (any, error) {
	if _, err := s.provePassword(b.pool, true, b.user.Username, in.PreviousPassword, c.Now); err != nil {
		return nil, err
	}
	if err := s.setPassword(b.pool, b.user, in.ProposedPassword); err != nil {
		return nil, err
	}
	b.user.touch(c.Now)
	s.writeUser(b.pool, b.user)
	return nil, nil
}
