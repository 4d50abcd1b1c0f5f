package bridge

import (
	"context"

	"avatar-launcher/backend"
)

// Security is the service of what users may change of their own account: the settings page shows it.
type Security struct {
	service
	adding adding
}

// SecurityResult is what guards the account, or why it could not be read.
type SecurityResult struct {
	Authenticator bool     `json:"authenticator"` // sign-ins ask for the code of an authenticator app
	Device        Device   `json:"device"`
	Problem       *Problem `json:"problem"`
}

// Enrolment is the secret of an authenticator app that is being set up, or why there is none.
type Enrolment struct {
	Secret  string   `json:"secret"`
	QR      string   `json:"qr"` // the same as a QR code, a data: URL of a PNG; may be empty
	Problem *Problem `json:"problem"`
}

// Read asks Cognito what guards the account.
func (s *Security) Read() SecurityResult {
	ctx, done := s.window.Call(askTime)
	defer done()
	if p := s.nobody(); p != nil {
		return SecurityResult{Problem: p}
	}
	out, err := s.rooms().Identity.Security(ctx)
	if err != nil {
		return SecurityResult{Problem: s.say(err)}
	}
	return SecurityResult{Authenticator: out.Authenticator, Device: Device(out.Device)}
}

// SetUp begins to set up an authenticator app; nothing changes before Confirm.
func (s *Security) SetUp() Enrolment {
	ctx, done := s.window.Call(askTime)
	defer done()
	if p := s.nobody(); p != nil {
		return Enrolment{Problem: p}
	}
	c, err := s.rooms().Identity.BeginAuthenticator(ctx)
	if err != nil {
		return Enrolment{Problem: s.say(err)}
	}
	return Enrolment{Secret: c.Secret, QR: c.QR}
}

// Confirm ends SetUp by a code of the app.
func (s *Security) Confirm(code string) Outcome {
	return s.act(func(ctx context.Context) error { return s.rooms().Identity.ConfirmAuthenticator(ctx, code) })
}

// Remove takes the authenticator app off the account.
func (s *Security) Remove() Outcome {
	return s.act(func(ctx context.Context) error { return s.rooms().Identity.RemoveAuthenticator(ctx) })
}

// ForgetDevice has this computer forgotten, and signs out: Cognito ends the sign-ins of a computer that it forgets.
// Where Cognito cannot be told, the Problem says so and nobody is signed out.
func (s *Security) ForgetDevice() Outcome {
	out := s.act(func(ctx context.Context) error { return s.rooms().Identity.ForgetDevice(ctx) })
	if out.Problem == nil {
		s.do(backend.Wish{Verb: backend.WishSignOut})
	}
	return out
}

func (s *Security) act(do func(context.Context) error) Outcome {
	if p := s.nobody(); p != nil {
		return Outcome{p}
	}
	ctx, done := s.window.Call(askTime)
	defer done()
	if err := do(ctx); err != nil {
		return Outcome{s.say(err)}
	}
	return Outcome{}
}

func (s *Security) nobody() *Problem {
	if s.rooms() == nil || s.snapshot().User == nil {
		return newProblem(signedOutProblem())
	}
	return nil
}

func (s *Security) say(err error) *Problem {
	s.window.Log().Warn("the account was not looked after", "cause", err)
	return problemOf(err)
}
