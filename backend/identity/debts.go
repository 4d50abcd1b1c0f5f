package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
)

const (
	settleTime = 5 * time.Second // how long a start or a sign-in waits for an earlier sign-out's revocation
	mostDebts  = 16              // as many as are kept; what is older has most likely expired
)

// debt is a refresh token that was signed out of and that Cognito does not yet know to be over: the network was away, or
// the process died. It is kept in the keyring beside the sign-in, and revoked by a later start, since anyone who has copied it
// could use it for as long as it lives.
type debt struct {
	Refresh secretText `json:"refresh_token"`
	Client  string     `json:"client"`
}

// secretText is a secret that is meant to be written as JSON, into the keyring.
type secretText string

// String hides it from fmt.
func (secretText) String() string { return redacted }

// GoString hides it from %#v.
func (secretText) GoString() string { return redacted }

func (k *kept) debt() debt { return debt{secretText(k.Refresh), k.Client} }

func (v *vault) debtEntries() entries {
	return entries{v.entries.ring, v.entries.account + "/revoke"}
}

func (v *vault) debts() ([]debt, error) {
	var all []debt
	err := v.debtEntries().read(&all)
	if errors.Is(err, ErrNotFound) || errors.Is(err, errDamaged) {
		return nil, nil // nothing that could be revoked; the next write replaces it
	}
	return all, err
}

func (v *vault) writeDebts(all []debt) error {
	if len(all) == 0 {
		return v.debtEntries().erase()
	}
	return v.debtEntries().write(all[:min(len(all), mostDebts)])
}

// surrender deletes the sign-in that is kept, once its token and own are among the debts, and answers them all, own
// first. A keyring that is unlocked late does so then; what is answered for it is own.
func (v *vault) surrender(ctx context.Context, own []debt) []debt {
	found := make(chan []debt, 1)
	v.do(ctx, backgroundWait, func() error {
		k, err := v.kept()
		all := slices.Clone(own)
		if k != nil && !slices.Contains(all, k.debt()) {
			all = append(all, k.debt())
		}
		earlier, debtErr := v.debts()
		fresh := false
		for _, d := range all {
			fresh = fresh || !slices.Contains(earlier, d)
		}
		for _, d := range earlier {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
		if fresh {
			debtErr = errors.Join(debtErr, v.writeDebts(all))
		}
		found <- all
		return errors.Join(err, debtErr, v.entries.erase()) // whatever else fails: who signs out leaves no sign-in
	})
	select {
	case all := <-found:
		return all
	default:
		return own
	}
}

// settle takes a debt off.
func (v *vault) settle(ctx context.Context, d debt) {
	v.do(ctx, backgroundWait, func() error {
		all, err := v.debts()
		if err != nil || !slices.Contains(all, d) {
			return err
		}
		return v.writeDebts(slices.DeleteFunc(all, func(o debt) bool { return o == d }))
	})
}

// settle revokes what is owed and takes it off. The error is that of what stays owed.
func (s *Service) settle(ctx context.Context, debts []debt) error {
	var failed error
	for _, d := range debts {
		if err := s.revoke(ctx, d); err != nil {
			failed = err
			if isUnreachable(err) || ctx.Err() != nil {
				break // nor would the others arrive
			}
			continue
		}
		s.vault.settle(context.WithoutCancel(ctx), d)
	}
	if len(debts) > 0 {
		s.owing.Store(failed != nil)
	}
	return failed
}

// settleEarlier revokes what earlier sign-outs left, for as long as somebody who starts or signs in can be kept waiting.
func (s *Service) settleEarlier(ctx context.Context, debts []debt) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := s.settle(ctx, debts); err != nil {
		s.opt.Log.Warn("an earlier sign-out is still to be told to Cognito", "cause", explain(signingOut, err))
	}
}

// revoke ends a refresh token and all that came of it. One that is over already is no error.
func (s *Service) revoke(ctx context.Context, d debt) error {
	token := string(d.Refresh)
	_, err := s.idp.RevokeToken(ctx, &cognitoidentityprovider.RevokeTokenInput{ClientId: &d.Client, Token: &token})
	if err != nil && isOver(err) {
		return nil
	}
	return err
}

// toldLater is what comes next where the keyring holds what is owed.
const toldLater = "Nothing is left to do here: the launcher tells Cognito at its next start."

// untold is the Problem of a sign-out that Cognito does not know of.
func (s *Service) untold(err error) *backend.Problem {
	p := *explain(signingOut, err)
	if _, gone := s.vault.entries.ring.(*memory); !gone && s.vault.condition() == nil {
		p.Next = toldLater
	}
	return &p
}
