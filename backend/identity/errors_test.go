package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
)

// answering answers every request the same way.
type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func reply(status int, contentType, body string) answer {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: r,
			Body: io.NopCloser(bytes.NewReader([]byte(body)))}, nil
	}
}

func code(name string) answer {
	return reply(400, "application/x-amz-json-1.1", fmt.Sprintf(`{"__type":%q,"message":"The original text."}`, name))
}

func facing(a answer) *Service {
	client := &http.Client{Transport: a}
	return New(Options{Region: "us-east-1", UserPoolID: "us-east-1_Pool", ClientID: "client",
		IdentityPoolID: "us-east-1:x",
		HTTP:           client, SDK: aws.Config{HTTPClient: client, RetryMaxAttempts: 1}, Keyring: Memory()})
}

// every runs one call of each stage against an answer.
func every(t *testing.T, a answer, check func(t *testing.T, at stage, err error)) {
	t.Helper()
	calls := map[stage]func(*Service) error{
		signingIn: func(s *Service) error {
			_, _, err := s.SignIn(t.Context(), "demo", "password")
			return err
		},
		answering: func(s *Service) error {
			s.ask(&step{name: "SMS_MFA", attempt: attempt{username: "demo"},
				session: aws.String("a session string of some length")})
			_, _, err := s.Respond(t.Context(), "123456")
			return err
		},
		resuming: func(s *Service) error {
			s.vault.save(t.Context(), storedSignIn{Refresh: "refresh", Username: "demo", Sub: "sub"})
			_, err := s.Resume(t.Context())
			return err
		},
		gettingCredentials: func(s *Service) error {
			s.install(&session{refresh: "refresh", idToken: "id", idRenew: wall().Add(time.Hour), idEnd: wall().Add(time.Hour)})
			_, err := s.Credentials().Retrieve(t.Context())
			return err
		},
		sendingReset: func(s *Service) error {
			_, _, err := s.Forgot(t.Context(), "demo")
			return err
		},
		sendingCode: func(s *Service) error {
			_, _, err := s.SignInByCode(t.Context(), "demo")
			return err
		},
		resetting: func(s *Service) error {
			s.ask(&step{name: backend.StepResetPassword, attempt: attempt{typed: "demo", username: "demo"}, code: "123456"})
			_, _, err := s.Respond(t.Context(), "a new password")
			return err
		},
		sendingConfirmation: func(s *Service) error {
			s.ask(&step{name: backend.StepConfirm, attempt: attempt{typed: "demo", username: "demo", password: "password"}})
			_, _, err := s.Resend(t.Context())
			return err
		},
		confirming: func(s *Service) error {
			s.ask(&step{name: backend.StepConfirm, attempt: attempt{typed: "demo", username: "demo", password: "password"}})
			_, _, err := s.Respond(t.Context(), "123456")
			return err
		},
		lookingAfter: func(s *Service) error {
			s.install(accounted())
			_, err := s.Security(t.Context())
			return err
		},
		enrolling: func(s *Service) error {
			s.install(accounted())
			_, err := s.BeginAuthenticator(t.Context())
			return err
		},
		removing: func(s *Service) error {
			s.install(accounted())
			return s.RemoveAuthenticator(t.Context())
		},
		forgetting: func(s *Service) error {
			s.install(accounted())
			return s.ForgetDevice(t.Context())
		},
		signingOut: func(s *Service) error {
			s.install(&session{refresh: "refresh"})
			return s.SignOut(t.Context())
		},
	}
	for at, call := range calls {
		check(t, at, call(facing(a)))
	}
}

// accounted is a session whose access token is good, on a computer that is remembered.
func accounted() *session {
	return &session{refresh: "refresh", access: "access", accessEnd: wall().Add(time.Hour), deviceKey: "key"}
}

// TestEveryCode drives every code that is classified through every stage: each gives a whole sentence of the kind
// that the table says, and none of Cognito's own text.
func TestEveryCode(t *testing.T) {
	for name, general := range sentences {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				every(t, code(name), func(t *testing.T, at stage, err error) {
					if at == signingOut && err == nil {
						return // over already
					}
					if at == signingIn && err == nil &&
						(name == "UserNotConfirmedException" || name == "PasswordResetRequiredException") {
						return // there is a step for it
					}
					if at == forgetting && err == nil && name == "ResourceNotFoundException" {
						return // forgotten already
					}
					want := general
					if s, ok := special[at][name]; ok {
						want = s
					}
					var p *backend.Problem
					if !errors.As(err, &p) || p.Kind != want.kind || p.What.String() != what[at].String() ||
						p.Why.String() != want.why.String() || p.Next.String() != want.next.String() {
						t.Fatalf("%s: got %v", what[at], err)
					}
					if strings.Contains(p.Error(), "original text") || codeOf(p.Cause) != name {
						t.Errorf("%s: %v, caused by %v", what[at], p, p.Cause)
					}
				})
			})
		})
	}
}

// declared are the errors that Cognito's two APIs declare for what is called of them; AWS.md's are all among them.
const declared = `
		AliasExistsException CodeDeliveryFailureException CodeMismatchException ConcurrentModificationException
		DeviceKeyExistsException EnableSoftwareTokenMFAException ExpiredCodeException ExternalServiceException
		ForbiddenException InternalErrorException InvalidEmailRoleAccessPolicyException
		InvalidIdentityPoolConfigurationException InvalidLambdaResponseException InvalidParameterException
		InvalidPasswordException InvalidSmsRoleAccessPolicyException InvalidSmsRoleTrustRelationshipException
		InvalidUserPoolConfigurationException LimitExceededException MFAMethodNotFoundException NotAuthorizedException
		OperationNotEnabledException PasswordHistoryPolicyViolationException PasswordResetRequiredException
		RefreshTokenReuseException ResourceConflictException ResourceNotFoundException
		SoftwareTokenMFANotFoundException TooManyFailedAttemptsException TooManyRequestsException
		UnauthorizedException UnexpectedLambdaException UnsupportedOperationException UnsupportedTokenTypeException
		UserLambdaValidationException UserNotConfirmedException UserNotFoundException UsernameExistsException`

// TestNoCodeIsWithoutASentence: what is missing from the table of sentences is not driven by the test of every code.
func TestNoCodeIsWithoutASentence(t *testing.T) {
	for _, name := range strings.Fields(declared) {
		if _, ok := sentences[name]; !ok {
			t.Errorf("%s has no sentence", name)
		}
	}
}

func TestSentences(t *testing.T) {
	all := []map[string]sentence{sentences}
	for _, m := range special {
		all = append(all, m)
	}
	for _, m := range all {
		for name, s := range m {
			for _, part := range []string{s.why.String(), s.next.String()} {
				if len(part) < 8 || !strings.HasSuffix(part, ".") || part[:1] != strings.ToUpper(part[:1]) ||
					strings.Contains(part, "Exception") {
					t.Errorf("%s: %q is no sentence", name, part)
				}
			}
		}
	}
}

// TestWhatIsNotCognito drives answers that no Cognito gives, and none at all, through every stage.
func TestWhatIsNotCognito(t *testing.T) {
	const html, aws11 = "text/html", "application/x-amz-json-1.1"
	tests := map[string]struct {
		answer answer
		kind   backend.Kind
		part   string
	}{
		"a captive portal": {reply(200, html, "<html>Please accept the terms</html>"), backend.KindUnreachable,
			"come from the sign-in service"},
		"a proxy's error": {reply(502, html, "<h1>Bad Gateway</h1>"), backend.KindUnreachable,
			"come from the sign-in service"},
		"a web server": {reply(404, html, "not found"), backend.KindUnreachable, "come from the sign-in service"},
		"JSON of another API": {reply(200, "application/json", `{"status":"ok"}`), backend.KindUnreachable,
			"come from the sign-in service"},
		"an error of another": {reply(403, "application/json", `{"error":"forbidden"}`), backend.KindUnreachable,
			"come from the sign-in service"},
		"an empty answer": {reply(200, aws11, ""), backend.KindUnreachable, "come from the sign-in service"},
		"wrong types": {reply(200, aws11, `{"AuthenticationResult":5,"IdentityId":5}`), backend.KindUnreachable,
			"come from the sign-in service"},
		"no network": {func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		}, backend.KindUnreachable, "isn’t responding"},
		"no such host": {func(*http.Request) (*http.Response, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "cognito-idp", IsNotFound: true}
		}, backend.KindUnreachable, "isn’t responding"},
		"a code of the future": {code("SurprisingException"), backend.KindUnexpected, "SurprisingException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				every(t, tt.answer, func(t *testing.T, at stage, err error) {
					var p *backend.Problem
					if (at == signingOut || at == removing || at == forgetting) && err == nil {
						return // the good answer is an empty one
					}
					if !errors.As(err, &p) || p.Kind != tt.kind || !strings.Contains(p.Why.String(), tt.part) || p.Next.IsZero() {
						t.Errorf("%s: got %v, caused by %v", what[at], err, errors.Unwrap(err))
					}
				})
			})
		})
	}
}

func TestChallengesThatCannotBeAnswered(t *testing.T) {
	for name, tt := range map[string]struct{ body, part string }{
		"unknown":    {`{"ChallengeName":"PALM_READING","Session":"s","ChallengeParameters":{}}`, "PALM_READING"},
		"custom":     {`{"ChallengeName":"CUSTOM_CHALLENGE","Session":"s","ChallengeParameters":{}}`, "CUSTOM_CHALLENGE"},
		"no session": {`{"ChallengeName":"SMS_MFA","ChallengeParameters":{}}`, "come from the sign-in service"},
		"no answer":  {`{}`, "come from the sign-in service"},
		"SMS setup": {`{"ChallengeName":"MFA_SETUP","Session":"s","ChallengeParameters":{"MFAS_CAN_SETUP":"[\"SMS_MFA\"]"}}`,
			"only SMS_MFA is offered"},
	} {
		s := facing(reply(200, "application/x-amz-json-1.1", tt.body))
		s.ask(&step{name: "SMS_MFA", attempt: attempt{username: "demo"}, session: aws.String("s")})
		_, c, err := s.Respond(t.Context(), "123456")
		if c != nil || err == nil || !strings.Contains(err.Error(), tt.part) {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
}

// TestSRPOfAServerThatLies wants a refusal, not a panic and not a proof, for values that SRP-6a forbids.
func TestSRPOfAServerThatLies(t *testing.T) {
	n := groupN.Text(16)
	for name, tt := range map[string]struct{ b, salt, block string }{
		"B is zero":        {"0", "ab", "YmxvY2s="},
		"B is N":           {n, "ab", "YmxvY2s="},
		"B is too long":    {n + n, "ab", "YmxvY2s="},
		"B is negative":    {"-5", "ab", "YmxvY2s="},
		"B is no number":   {"zz", "ab", "YmxvY2s="},
		"no B":             {"", "ab", "YmxvY2s="},
		"salt is none":     {"5", "zz", "YmxvY2s="},
		"no salt":          {"5", "", "YmxvY2s="},
		"block not base64": {"5", "ab", "***"},
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(
				`{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"SRP_B":%q,"SALT":%q,`+
					`"SECRET_BLOCK":%q,"USERNAME":"u","USER_ID_FOR_SRP":"u"}}`,
				tt.b, tt.salt, tt.block)
			calls := 0
			s := facing(func(r *http.Request) (*http.Response, error) {
				calls++
				return reply(200, "application/x-amz-json-1.1", body)(r)
			})
			if _, _, err := s.SignIn(t.Context(), "u", "password"); err == nil || calls != 1 {
				t.Errorf("got %v after %d calls", err, calls)
			}
		})
	}
	// An endpoint that wants no proof, whatever it offers instead, is none.
	s := facing(reply(200, "application/x-amz-json-1.1",
		`{"AuthenticationResult":{"IdToken":"a.b.c","RefreshToken":"r"}}`))
	if _, _, err := s.SignIn(t.Context(), "u", "password"); err == nil ||
		!strings.Contains(err.Error(), "come from the sign-in service") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkSRP(b *testing.B) {
	params := map[string]string{"SRP_B": groupN.Text(16)[:700], "SALT": "00112233445566778899aabbccddeeff",
		"SECRET_BLOCK": "YmxvY2s=",
		"USERNAME":     "u", "USER_ID_FOR_SRP": "u"}
	for b.Loop() {
		p, err := newProver("u", "password", "us-east-1_Pool", "client")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.answer(params, time.Unix(0, 0)); err != nil {
			b.Fatal(err)
		}
	}
}
