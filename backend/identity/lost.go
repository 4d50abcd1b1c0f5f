package identity

import (
	"context"
	"errors"
	"net"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
)

// Cognito takes an answer to a challenge, and a code, once. The SDK repeats a call whose reply was lost, and the
// repeated call is refused if the first one arrived. That refusal says nothing about what the user typed.

// lostReply is the error of a call that may have taken effect: its reply was lost, and the repeated call was lost or
// refused as well.
type lostReply struct{ error }

func (l *lostReply) Unwrap() error { return l.error }

// isLost reports whether the call behind err may have taken effect.
func isLost(err error) bool {
	var l *lostReply
	return errors.As(err, &l)
}

// lossWatcher is a retryer that notes the first attempt of a call that failed after the request may have been sent.
type lossWatcher struct {
	aws.RetryerV2
	first error
}

// IsErrorRetryable implements aws.Retryer.
func (w *lossWatcher) IsErrorRetryable(err error) bool {
	again := w.RetryerV2.IsErrorRetryable(err)
	if again && w.first == nil && !awsx.IsThrottled(err) && !unsent(err) {
		w.first = err
	}
	return again
}

// unsent reports whether there was no connection to send the request over.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// usedUp are the codes by which Cognito refuses what it has taken before.
var usedUp = []string{"NotAuthorizedException", "ExpiredCodeException", "InvalidParameterException"}

// takenOnce makes a call that has its effect once. Its error is a *lostReply if the call may have taken effect.
func takenOnce[In, Out any](ctx context.Context, do call[In, Out], in *In) (*Out, error) {
	out, lost, err := watchLosses(ctx, do, in)
	refused := err != nil && (codeOf(err) == "" || slices.Contains(usedUp, codeOf(err)))
	if refused && lost != nil && ctx.Err() == nil {
		return nil, &lostReply{lost}
	}
	return out, err
}

// watchLosses makes a call. lost is non-nil if a reply was lost on the way to its outcome.
func watchLosses[In, Out any](ctx context.Context, do call[In, Out], in *In) (out *Out, lost, err error) {
	var watch lossWatcher
	out, err = do(ctx, in, func(o *cognito.Options) {
		if v2, ok := o.Retryer.(aws.RetryerV2); ok {
			watch.RetryerV2, o.Retryer = v2, &watch
		}
	})
	return out, watch.first, err
}

// signInTries is how often a sign-in begins anew after lost replies, the first time included.
const signInTries = 3

// begin proves the password and goes on to the next step. It starts again if a reply was lost, since the exchange under
// way is over for Cognito.
func (s *Service) begin(ctx context.Context, e attempt) (user *backend.User, c *backend.Challenge, err error) {
	for range signInTries {
		if user, c, err = s.beginOnce(ctx, e); !isLost(err) {
			break
		}
		s.opt.Log.Info("a reply of Cognito was lost, the sign-in starts again", "cause", err)
	}
	return user, c, err
}

// beginAfterLoss signs in anew after the reply to a step's answer was lost, by the new password if the step set one. It
// returns the next step beside the loss, since the user has to answer again, or leaves t open if nothing can be
// reached.
func (s *Service) beginAfterLoss(ctx context.Context, t *step, answer string, lost error) (*backend.User,
	*backend.Challenge, error) {
	e := t.attempt
	if t.name == types.ChallengeNameTypeNewPasswordRequired {
		e.password = secret(answer)
		if user, c, err := s.begin(ctx, e); err == nil || codeOf(err) != "NotAuthorizedException" {
			return s.afterLoss(t, user, c, err, nil)
		}
		e.password = t.password
	}
	user, c, err := s.begin(ctx, e)
	return s.afterLoss(t, user, c, err, lost)
}

// afterLoss is what a user is told of a sign-in that began anew.
func (s *Service) afterLoss(t *step, user *backend.User, c *backend.Challenge, err, lost error) (*backend.User,
	*backend.Challenge, error) {
	switch {
	case err != nil:
		return s.refuse(answering, t, err)
	case user == nil && lost != nil:
		return nil, c, explain(answering, lost)
	}
	return user, c, nil
}
