package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/backend/account"
)

func TestFlagsOfTheCompanysSignIn(t *testing.T) {
	saml := companyFlags{saml: "https://idp.example/metadata", Company: account.Company{Name: "Acme"}}
	with := func(change func(*companyFlags)) companyFlags {
		f := saml
		change(&f)
		return f
	}
	for name, each := range map[string]struct {
		f        companyFlags
		noKeeper bool
		want     string // "" if they are taken
	}{
		"none": {}, "SAML": {f: saml},
		"both":       {f: with(func(f *companyFlags) { f.oidc = "https://id.example" }), want: "one of --saml and --oidc"},
		"neither":    {f: with(func(f *companyFlags) { f.saml = "" }), want: "one of --saml and --oidc"},
		"no name":    {f: with(func(f *companyFlags) { f.Name = "" }), want: "--provider-name"},
		"no client":  {f: with(func(f *companyFlags) { f.saml, f.oidc = "", "https://id.example" }), want: "--oidc-client-id"},
		"groups":     {f: with(func(f *companyFlags) { f.Users = []string{"x"} })},
		"no package": {f: with(func(f *companyFlags) { f.Users = []string{"x"} }), noKeeper: true, want: "--no-keeper"},
	} {
		err := each.f.check(each.noKeeper)
		if (err == nil) != (each.want == "") || err != nil && !strings.Contains(err.Error(), each.want) {
			t.Errorf("%s: %v, want %q", name, err, each.want)
		}
	}
}

// The secret of the client is a line of standard input. There is no flag for it.
func TestTheClientsSecretComesByStandardInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("MARK-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	was := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = was }()
	f := companyFlags{oidc: "https://id.example", Company: account.Company{Name: "Acme", ClientID: "launcher"}}
	p, err := f.parameters()
	if err != nil || p["OidcClientSecret"] != "MARK-secret" || p["OidcClientId"] != "launcher" {
		t.Errorf("%v, %v", p["OidcClientId"], err)
	}
	if _, err := f.parameters(); err == nil || !strings.Contains(err.Error(), "No secret was given") {
		t.Errorf("an empty line: %v", err)
	}
}
