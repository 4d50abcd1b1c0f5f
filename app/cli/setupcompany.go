package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// companyFlags are those of setup for the company's sign-in.
type companyFlags struct {
	saml, oidc string // the metadata's address or file; the issuer
	account.Company
}

func (f *companyFlags) add(s *pflag.FlagSet) {
	s.StringVar(&f.saml, "saml", "", i18n.Text("commands.setup.saml"))
	s.StringVar(&f.oidc, "oidc", "", i18n.Text("commands.setup.oidc"))
	s.StringVar(&f.ClientID, "oidc-client-id", "", i18n.Text("commands.setup.oidcClientId"))
	s.StringVar(&f.Name, "provider-name", "", i18n.Text("commands.setup.providerName"))
	s.StringSliceVar(&f.Domains, "provider-domain", nil, i18n.Text("commands.setup.providerDomain"))
	s.StringVar(&f.EmailAttribute, "email-attribute", "", i18n.Text("commands.setup.emailAttribute"))
	s.StringVar(&f.GroupsAttribute, "groups-attribute", "", i18n.Text("commands.setup.groupsAttribute"))
	s.StringArrayVar(&f.Users, "user-group", nil, i18n.Text("commands.setup.userGroup"))
	s.StringArrayVar(&f.Keepers, "keeper-group", nil, i18n.Text("commands.setup.keeperGroup"))
	s.StringArrayVar(&f.Operators, "operator-group", nil, i18n.Text("commands.setup.operatorGroup"))
	s.BoolVar(&f.WithoutPasswords, "no-passwords", false, i18n.Text("commands.setup.noPasswords"))
	s.BoolVar(&f.SignOutThereToo, "provider-sign-out", false, i18n.Text("commands.setup.providerSignOut"))
}

// asked reports whether any of the flags was given.
func (f *companyFlags) asked() bool {
	return cmp.Or(f.saml, f.oidc, f.ClientID, f.Name, f.EmailAttribute, f.GroupsAttribute) != "" || f.WithoutPasswords ||
		f.SignOutThereToo || len(f.Domains)+len(f.Users)+len(f.Keepers)+len(f.Operators) > 0
}

// check refuses flags that do not fit together, before anything is read.
func (f *companyFlags) check(noKeeper bool) error {
	switch {
	case !f.asked():
		return nil
	case (f.saml == "") == (f.oidc == ""):
		return usage(messages.New("commands.setup.samlOrOidc"))
	case f.Name == "":
		return needs(map[bool]string{true: "--saml", false: "--oidc"}[f.saml != ""], "--provider-name")
	case f.oidc != "" && f.ClientID == "":
		return needs("--oidc", "--oidc-client-id")
	case noKeeper && len(f.Users)+len(f.Keepers)+len(f.Operators) > 0:
		return usage(messages.New("commands.setup.groupsNeedFunction"))
	}
	return nil
}

// parameters reads the metadata's file or the client's secret, and returns what the stack is to know.
func (f *companyFlags) parameters() (account.Parameters, error) {
	if !f.asked() {
		return nil, nil
	}
	c := f.Company
	c.Issuer, c.Metadata = f.oidc, f.saml
	if f.saml != "" && !strings.Contains(f.saml, "://") {
		b, err := os.ReadFile(f.saml)
		if err != nil {
			return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("commands.setup.metadataUnread"),
				Why: i18n.Sentence(err.Error()), Next: messages.New("commands.setup.checkMetadata"), Cause: err}
		}
		c.Metadata = string(b)
	}
	if f.oidc != "" {
		var err error
		if c.Secret, err = clientSecret(); err != nil {
			return nil, err
		}
	}
	return c.Parameters()
}

// clientSecret reads the secret of the client at an OpenID Connect provider: a line of standard input, which a terminal
// does not show.
func clientSecret() (string, error) {
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) {
		fmt.Fprint(os.Stderr, i18n.Text("commands.setup.secretPrompt"))
		secret, err := readSecret(stdin)
		if err != nil || len(secret) == 0 {
			return "", usage(messages.New("commands.setup.noSecret"))
		}
		return string(secret), nil
	}
	answered := osdesktop.ProgramEnd.Asking(func() {})
	line, err := bufio.NewReader(typed(os.Stdin, 4096)).ReadString('\n')
	answered()
	line = strings.TrimRight(line, "\r\n")
	if err != nil && !errors.Is(err, io.EOF) || line == "" {
		return "", usage(messages.New("commands.setup.noSecret"))
	}
	return line, nil
}

// sayProvider says what the company's administrator enters at the provider.
func sayProvider(out *printer, made *account.Outputs) {
	if made.Provider == "" {
		return
	}
	facts := map[string]any{"type": "provider", "name": made.Provider, "passwords": made.Passwords,
		"redirectUri": made.SignInURL + "/oauth2/idpresponse", "acsUrl": made.SignInURL + "/saml2/idpresponse",
		"entityId": "urn:amazon:cognito:sp:" + made.UserPoolID, "logoutUrl": made.SignInURL + "/saml2/logout"}
	out.fact(facts, i18n.Text("commands.setup.providerMade", made.Provider, facts["redirectUri"], facts["acsUrl"],
		facts["entityId"], facts["logoutUrl"]))
}
