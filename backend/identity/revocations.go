package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

const (
	revokeTime  = 5 * time.Second // how long a start or a sign-in waits for an earlier sign-out's revocation
	mostPending = 16              // as many as are kept; what is older has most likely expired
)

// revocation is a refresh token that the user has signed out of and that Cognito has not revoked yet, because the
// network failed or the process died. It waits in the keyring beside the sign-in for a later start to revoke it: until
// then anyone who has copied it could use it.
type revocation struct {
	Refresh secretText `json:"refresh_token"`
	Client  string     `json:"client"`
}

// secretText is a secret that may be written as JSON, which goes into the keyring only.
type secretText string

// String hides it from fmt.
func (secretText) String() string { return redacted }

// GoString hides it from %#v.
func (secretText) GoString() string { return redacted }

func (k *storedSignIn) revocation() revocation { return revocation{secretText(k.Refresh), k.Client} }

func (v *vault) pendingEntries() entries {
	return entries{v.entries.ring, v.entries.account + "/revoke"}
}

func (v *vault) pending() ([]revocation, error) {
	var all []revocation
	err := v.pendingEntries().read(&all)
	if errors.Is(err, ErrNotFound) || errors.Is(err, errDamaged) {
		return nil, nil // nothing to revoke; the next write replaces it
	}
	return all, err
}

func (v *vault) writePending(all []revocation) error {
	if len(all) == 0 {
		return v.pendingEntries().erase()
	}
	return v.pendingEntries().write(all[:min(len(all), mostPending)])
}

// moveToPending records own and the stored sign-in's token for revocation, deletes the stored sign-in, and returns
// every pending revocation, own first. If the keyring does not answer in time, the job stays queued and
// only own is returned.
func (v *vault) moveToPending(ctx context.Context, own []revocation) []revocation {
	found := make(chan []revocation, 1)
	v.do(ctx, backgroundWait, func() error {
		k, err := v.storedSignIn()
		all := slices.Clone(own)
		if k != nil && !slices.Contains(all, k.revocation()) {
			all = append(all, k.revocation())
		}
		earlier, pendingErr := v.pending()
		all, fresh := union(all, earlier)
		if fresh {
			pendingErr = errors.Join(pendingErr, v.writePending(all))
		}
		found <- all
		return errors.Join(err, pendingErr, v.entries.erase()) // whatever else fails, no sign-in stays
	})
	select {
	case all := <-found:
		return all
	default:
		return own
	}
}

// union returns all and then those of earlier that all lacks. It reports whether all has one that earlier lacks.
func union(all, earlier []revocation) (both []revocation, fresh bool) {
	for _, d := range all {
		fresh = fresh || !slices.Contains(earlier, d)
	}
	for _, d := range earlier {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all, fresh
}

// settle takes a debt off.
func (v *vault) dropPending(ctx context.Context, d revocation) {
	v.do(ctx, backgroundWait, func() error {
		all, err := v.pending()
		if err != nil || !slices.Contains(all, d) {
			return err
		}
		return v.writePending(slices.DeleteFunc(all, func(o revocation) bool { return o == d }))
	})
}

// revokePending revokes the tokens and drops those that are done. It returns the error of one that stays pending.
func (s *Service) revokePending(ctx context.Context, pending []revocation) error {
	var failed error
	for _, d := range pending {
		if err := s.revoke(ctx, d); err != nil {
			failed = err
			if isUnreachable(err) || ctx.Err() != nil {
				break // the others would not arrive either
			}
			continue
		}
		s.vault.dropPending(context.WithoutCancel(ctx), d)
	}
	if len(pending) > 0 {
		s.unrevoked.Store(failed != nil)
	}
	return failed
}

// revokeEarlier revokes what earlier sign-outs left, for revokeTime at most: somebody waits for a start or a sign-in.
func (s *Service) revokeEarlier(ctx context.Context, pending []revocation) {
	ctx, cancel := context.WithTimeout(ctx, revokeTime)
	defer cancel()
	if err := s.revokePending(ctx, pending); err != nil {
		s.opt.Log.Warn("an earlier sign-out is still to be told to Cognito", "cause", explain(signingOut, err))
	}
}

// revoke revokes a refresh token and the tokens made from it. It returns nil if the token is no longer valid anyway.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
func (s *Service) revoke(ctx context.Context, d revocation) error {
	token := string(d.Refresh)
	_, err := s.idp.RevokeToken(ctx, &cognitoidentityprovider.RevokeTokenInput{ClientId: &d.Client, Token: &token})
	if err != nil && isOver(err) {
		return nil
	}
	return err
}

// unrevokedProblem returns the Problem of a sign-out that Cognito could not be told of.
func (s *Service) unrevokedProblem(err error) *backend.Problem {
	p := *explain(signingOut, err)
	if _, gone := s.vault.entries.ring.(*memory); !gone && s.vault.condition() == nil {
		p.Next = messages.New("identity.nothingLeftHereLauncher")
	}
	return &p
}
