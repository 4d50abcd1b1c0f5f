package cli

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// twoWords is what looks like a text for people.
var twoWords = regexp.MustCompile(`\p{L}{2,}[,;:]? \p{L}{2,}`)

// commandLine is what is the same in every language: how the program is called.
var commandLine = regexp.MustCompile(
	`^ *(avatar-launcher|curl) |^(sign-in|sign-out|run|setup|authenticator|passkeys) [-\[]|^--with code$`,
)

// inTheLog is what an instance writes into its log, whatever the language.
const inTheLog = "avatar: ready"

// TestNoLiteralSentences keeps texts for people in the catalogue.
func TestNoLiteralSentences(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.go", "../keep/command.go", "../keep/main.go"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	looked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && forDevelopers(call) {
				return false
			}
			if pair, ok := n.(*ast.KeyValueExpr); ok && isText(pair.Key) {
				return false // of JSON, for scripts
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			looked++
			if twoWords.MatchString(text) && !commandLine.MatchString(text) && text != inTheLog {
				t.Errorf("%s: %s belongs into the catalogue", set.Position(lit.Pos()), lit.Value)
			}
			return true
		})
	}
	if looked < 300 {
		t.Errorf("only %d literals were found", looked)
	}
}

func isText(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

// forDevelopers reports whether a call writes to the log, or wraps an error or makes one that a Problem
// carries as its cause.
func forDevelopers(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch pkg, _ := f.X.(*ast.Ident); f.Sel.Name {
	case "Info", "Warn", "Debug", "Error":
		return true
	case "Errorf", "New":
		return pkg != nil && (pkg.Name == "fmt" || pkg.Name == "errors")
	}
	return false
}

// inPseudo has the commands speak the language that nobody speaks.
func inPseudo(t *testing.T) {
	t.Helper()
	i18n.SetLanguage(messages.Pseudo)
	t.Cleanup(func() { i18n.SetLanguage(messages.Default) })
}

// TestHelpIsTranslated reads what each command and each flag says of itself, and the help as it is printed.
func TestHelpIsTranslated(t *testing.T) {
	inPseudo(t)
	root := commands(&options{})
	for _, c := range append(root.Commands(), root) {
		for _, text := range []string{c.Short, c.Long} {
			if text != "" && !strings.HasPrefix(text, "⟦") {
				t.Errorf("%s: %q", c.CommandPath(), text)
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Usage, "⟦") {
				t.Errorf("%s --%s: %q", c.CommandPath(), f.Name, f.Usage)
			}
		})
		var out bytes.Buffer
		c.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if english(line) {
				t.Errorf("the help of %s is English: %q", c.CommandPath(), line)
			}
		}
	}
}

// english reports whether a line of a help is a heading or a remark that is not of the catalogue.
func english(line string) bool {
	return strings.Contains(line, "Available") || strings.HasPrefix(line, "Flags:") || strings.HasPrefix(line, "Usage:") ||
		strings.Contains(line, "(default ") || strings.Contains(line, "help for ") || strings.Contains(line, "Use \"")
}

// TestFlagsThatAreWrong says what is wrong with a flag, in the language in use.
func TestFlagsThatAreWrong(t *testing.T) {
	inPseudo(t)
	for arguments, want := range map[string]string{
		"status --nowhere":              "There’s no flag --nowhere",
		"status -z":                     "There’s no flag -z",
		"run --user":                    "--user needs a value",
		"run --for 10":                  "write a duration",
		"invite --guests many":          "write a whole number",
		"status --json=perhaps":         "write true or false",
		"stats":                         "“stats” isn’t a command",
		"authenticator --set-up x":      "“x” isn’t a command",
		"invite --list --take-back all": "--list and --take-back can’t be used together",
		"help stats":                    "There’s no command “stats”",
		"authenticator --code-stdin":    "--code-stdin only works with --set-up",
		"status --log-level loud":       "It takes debug, info, warn or error",
		"run --until later":             "--until takes ready",
	} {
		root := commands(&options{})
		root.SetArgs(strings.Fields(arguments))
		err := root.Execute()
		p := backend.ProblemOf(err)
		if p == nil || p.Kind != backend.KindConfig {
			t.Errorf("%q: %v", arguments, err)
			continue
		}
		if why := i18n.Translate(p.Why); !strings.HasPrefix(why, "⟦") || !strings.Contains(why, want) {
			t.Errorf("%q: %q, want %q", arguments, why, want)
		}
	}
}

// TestHelpTellsDefaultsOnce: pflag would add them in English.
func TestHelpTellsDefaultsOnce(t *testing.T) {
	root := commands(&options{})
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"invite", "--help"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Usage:\n  avatar-launcher invite [flags]\n", "at the latest (default: 1h0m0s)\n",
		"Examples:\n", "Global flags:\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	var child *cobra.Command
	for _, c := range root.Commands() {
		if c.Name() == "invite" {
			child = c
		}
	}
	if got, err := child.Flags().GetDuration("for"); err != nil || got.Hours() != 1 {
		t.Errorf("--for is %v, %v", got, err)
	}
}
