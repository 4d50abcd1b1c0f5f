package identity_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// secretMembers are the members of Cognito's requests and answers that nobody may see.
var secretMembers = regexp.MustCompile(
	`"(AccessToken|IdToken|RefreshToken|SecretKey|SessionToken|Token|Session|NEW_PASSWORD|` +
		`REFRESH_TOKEN|PASSWORD_CLAIM_SIGNATURE|cognito-idp[^"]*|Password|PasswordVerifier|id_token|` +
		`access_token|refresh_token)":"([^"]{12,})"`)

func TestNoSecretIsSaidOrLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const temporary, chosen = "Marked-Temporary-1", "Marked-Chosen-Pass-2"
		w.addUser(t, "marked", temporary, attribute("email", "m@example.com"))
		var said []string
		note := func(values ...any) {
			for _, v := range values {
				data, _ := json.Marshal(v)
				said = append(said, fmt.Sprintf("%v %+v %#v", v, v, v), string(data))
				slog.New(slog.NewTextHandler(w.log, nil)).Info("seen", "value", v)
			}
		}
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "marked", temporary+"x")
		note(c, err)
		_, c, err = s.SignIn(t.Context(), "marked", temporary)
		note(c, err)
		_, c, err = s.Respond(t.Context(), "Mark-2")
		note(c, err)
		user, c, err := s.Respond(t.Context(), chosen)
		note(user, c, err)
		credential := retrieve(t, s)
		for _, kind := range []string{localcloud.FaultDropBefore, localcloud.FaultDropAfter, localcloud.FaultError} {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Kind: kind, Count: 20})
			must(t, err)
			time.Sleep(2 * time.Hour)
			_, err = s.Credentials().Retrieve(t.Context())
			note(err)
			_, err = w.service().Resume(t.Context())
			note(err)
			w.cloud.RemoveFault("")
		}
		retrieve(t, s)
		note(s.SignOut(t.Context()), s.Notice())

		secrets := []string{temporary, chosen, credential.SecretAccessKey, credential.SessionToken}
		for _, traffic := range []string{w.wire.sent.String(), w.wire.got.String()} {
			for _, m := range secretMembers.FindAllStringSubmatch(traffic, -1) {
				secrets = append(secrets, m[2])
			}
		}
		if len(secrets) < 12 {
			t.Fatalf("only %d secrets were seen: the test looks in the wrong place", len(secrets))
		}
		environment := strings.Join(append(os.Environ(), os.Args...), "\n")
		for _, secret := range secrets {
			for place, text := range map[string]string{"the log": w.log.String(), "errors and answers": strings.Join(said, "\n"),
				"argv or environment": environment} {
				if strings.Contains(text, secret) || strings.Contains(text, secret[:12]) && !strings.HasPrefix(secret, "Mark") {
					t.Errorf("%.6s… is in %s", secret, place)
				}
			}
		}
		if strings.Contains(w.wire.sent.String(), temporary) {
			t.Error("a password that SRP proves was sent")
		}
		w.ring.wantEmpty(t)
	})
}

// formSecrets are those of the code flow's form.
var formSecrets = regexp.MustCompile(`(?:^|&)(code|code_verifier)=([^&\n]{12,})`)

// TestNoSecretOfTheOtherWaysIn drives recovery, a remembered computer and the browser with marked secrets.
func TestNoSecretOfTheOtherWaysIn(t *testing.T) {
	w := newWorld(t)
	w.track(t, true)
	w.setMFA(t, types.UserPoolMfaTypeOff, true, false, false)
	const own, reset = "Marked-Own-Passw0rd-1", "Marked-Reset-Passw0rd-2"
	w.signUp(t, "marked", own)
	var said []string
	note := func(values ...any) {
		for _, v := range values {
			data, _ := json.Marshal(v)
			said = append(said, fmt.Sprintf("%v %+v %#v", v, v, v), string(data))
			slog.New(slog.NewTextHandler(w.log, nil)).Info("seen", "value", v)
		}
	}
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "marked", own)
	asks(t, c, err, backend.StepConfirm)
	note(s, c)
	_, c, err = s.Respond(t.Context(), w.code(t, "marked"))
	asks(t, c, err, backend.StepRemember)
	note(c)
	user, c, err := s.Respond(t.Context(), backend.AnswerYes)
	must(t, err)
	note(user, c, s)
	_, c, err = s.Forgot(t.Context(), "marked")
	note(c, err)
	_, c, err = s.Respond(t.Context(), w.code(t, "marked"))
	note(c, err)
	_, c, err = s.Respond(t.Context(), "Marked-x")
	note(c, err)
	user, c, err = s.Respond(t.Context(), reset)
	must(t, err)
	note(user, c)

	p, page := w.person(t), make(chan string, 1)
	s = w.browsing(t, w.ports(t, 1), func(address string) error {
		go func() { page <- p.signIn(t, address, "marked", reset) }()
		return nil
	})
	user, err = s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	must(t, err)
	said = append(said, <-page)
	note(user, s, s.SignOut(t.Context()))

	secrets := []string{own, reset}
	for _, traffic := range []string{w.wire.sent.String(), w.wire.got.String()} {
		for _, m := range append(secretMembers.FindAllStringSubmatch(traffic, -1),
			formSecrets.FindAllStringSubmatch(traffic, -1)...) {
			secrets = append(secrets, m[2])
		}
	}
	for _, d := range regexp.MustCompile(`"password":"([^"]+)"`).FindAllStringSubmatch(w.ring.text(), -1) {
		secrets = append(secrets, d[1])
	}
	if len(secrets) < 16 {
		t.Fatalf("only %d secrets were seen: the test looks in the wrong place", len(secrets))
	}
	for _, secret := range secrets {
		for place, text := range map[string]string{"the log": w.log.String(),
			"errors, answers and pages": strings.Join(said, "\n")} {
			if strings.Contains(text, secret) {
				t.Errorf("%.8s… is in %s", secret, place)
			}
		}
	}
	if strings.Contains(w.wire.sent.String(), own) {
		t.Error("a password that SRP proves was sent")
	}
}

func TestTheKeyringHoldsTheRefreshTokenOnly(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(t, "demo")
	c := retrieve(t, s)
	stored := w.ring.text()
	for _, m := range secretMembers.FindAllStringSubmatch(w.wire.got.String(), -1) {
		if (m[1] == "IdToken" || m[1] == "AccessToken") && strings.Contains(stored, m[2][:40]) {
			t.Errorf("the keyring holds the %s", m[1])
		}
	}
	if strings.Contains(stored, c.SecretAccessKey) || strings.Contains(stored, w.password(t, "demo")) {
		t.Error("the keyring holds a credential or the password")
	}
	for _, user := range w.ring.users() {
		if n := len(w.ring.entries[user]); n > 1800 {
			t.Errorf("%s has %d bytes", user, n)
		}
	}
}
