package i18n

import (
	"strings"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// inPseudo has the program speak the language that nobody speaks.
func inPseudo(t *testing.T) {
	t.Helper()
	SetLanguage(messages.Pseudo)
	t.Cleanup(func() { SetLanguage("") })
}

func TestProblemsAreToldInTheLanguageInUse(t *testing.T) {
	inPseudo(t)
	own := &backend.Problem{
		Kind: backend.KindBusy,
		What: messages.New("fleet.sessionEndedElsewhere"),
		Why:  messages.New("fleet.cloudNotAnswer"),
		Next: messages.New("fleet.pressStartAgain"),
	}
	seen := Problem(own)
	for _, part := range []string{seen.What.String(), seen.Why.String(), seen.Next.String()} {
		if !strings.HasPrefix(part, "⟦") || !strings.HasSuffix(part, "⟧") {
			t.Errorf("a person reads %q", part)
		}
	}
	if strings.Contains(own.Error(), "⟦") {
		t.Error("the launcher's own problem is no longer English")
	}
	if Problem(nil) != nil || ProblemOf(nil) != nil {
		t.Error("no problem became one")
	}
}

// What is wrong with a configuration is told in the language in use, whatever it is; what stands in the file is not.
func TestMistakesInTheConfigurationAreTold(t *testing.T) {
	inPseudo(t)
	const studio = "profiles: {x: {region: eu-central-1, cognito: {user_pool_id: eu-central-1_Ab1, client_id: abc, " +
		"identity_pool_id: 'eu-central-1:01234567-89ab-cdef-0123-456789abcdef'}, zone: {id: Z012345, name: a.example.com}, " +
		"scheduler: {stop_role_arn: 'arn:aws:iam::123456789012:role/x'}%s}}\n"
	profile := func(more string) string { return strings.Replace(studio, "%s", ", "+more, 1) }
	for text, want := range map[string]struct{ why, next string }{
		"prof: 1\n": {"c.yaml:1:1: ⟦Unknown key “prof” at the top level.⟧",
			"⟦Use one of desktop, profile, profiles.⟧"},
		"a: 1\nb: 2\nc: 3\n": {"⟦Unknown key “a” at the top level.⟧",
			"⟦Use one of desktop, profile, profiles.⟧ ⟦There are 2 more mistakes.⟧"},
		"profiles: [\n": {"⟦This isn’t valid YAML: ",
			"⟦Check the indentation, colons and quotes around this line.⟧"},
		"a: 1\n---\nb: 2\n": {"⟦The file must contain one YAML document; a second one starts here.⟧",
			"⟦Keep everything in one document.⟧"},
		profile("stream: 12"):  {"stream ⟦is a number.⟧", "⟦Use ⟦text, in quotes⟧.⟧"},
		profile("stream: [a]"): {"stream ⟦is a list.⟧", "⟦Use ⟦text⟧.⟧"},
		profile("stream:"):     {"stream has no value.⟧", "⟦Use ⟦text⟧, or remove the key.⟧"},
		profile("session: {window: 60}"): {"session.window ⟦is a number.⟧",
			"⟦Use ⟦a duration with a unit, such as 90s, 5m or 1h⟧.⟧"},
		profile("cloud: azure"): {"cloud ⟦is set to “azure”.⟧", "⟦Use one of aws, embedded.⟧"},
		profile("endpoint: 'http://10.0.0.8'"): {"would send sign-in tokens over the network unencrypted.⟧",
			"⟦Use https://, or an address of this computer.⟧"},
		profile("avatar: {port: 70000}"):         {"avatar.port ⟦is set to 70000.⟧", "⟦Use a number from 0 to 65535.⟧"},
		profile("warm_pool: {max_instances: 1}"): {"is 1, which is less than the size.⟧", "⟦Use 5 or more.⟧"},
		profile("log: {ready_pattern: '('}"): {"isn’t a valid regular expression: missing closing ): `(`.⟧",
			"⟦Use a regular expression in RE2 syntax, in single quotes.⟧"},
	} {
		_, err := config.Parse("c.yaml", []byte(text))
		p := ProblemOf(err)
		why := strings.ReplaceAll(strings.ReplaceAll(want.why, "“", `"`), "”", `"`)
		if err == nil || p.What.String() != "⟦The configuration has a mistake⟧" || !strings.HasPrefix(p.Why.String(), "⟦") &&
			!strings.HasPrefix(p.Why.String(), "c.yaml:") ||
			!strings.HasSuffix(p.Why.String(), "⟧") || !strings.Contains(p.Why.String(), why) || p.Next.String() != want.next {
			t.Errorf("%q is told as\n%v\nwant %s %s", text, p, want.why, want.next)
		}
	}
}
