package messages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the sentences that the code makes into en.json")

// rooms are the folders whose sentences reach a person's eyes.
var rooms = []string{"../../app/*", "..", "../account", "../broker", "../config", "../fleet", "../identity", "../logs", "../logs/*"}

// fields are those of backend.Problem, backend.Check and config.Fault that hold sentences.
var fields = []string{"What", "Why", "Next", "Cure", "Wrong", "Right"}

// locals are names of variables and unexported fields that hold them: why a session ends, and what is said of it.
var locals = []string{"why", "reason", "Reason", "cure"}

// makers are the functions that sentences are handed to, and what they put before them.
var makers = map[string]string{
	"config problem": "", "fleet problem": "It was not possible to ", "account problem": "It was not possible to ",
	"identity refused": "", "identity badAttribute": "", "doctor checked": "", "backend nextEnd": "",
	"config fault": "", "config refuse": "",
}

// parts are functions whose results are parts of sentences, or are said by themselves without being one.
var parts = []string{"backend humanDuration", "config kindOf", "config wanted"}

// onward says of a room's sentence that it goes on from a name, which is then its first value.
var onward = map[string]*regexp.Regexp{"config": regexp.MustCompile(`^(is|has|does|names|holds|would) .*\.$`)}

// TestEverySentenceIsInTheCatalogue reads the code of the rooms. With -update it writes what it finds.
func TestEverySentenceIsInTheCatalogue(t *testing.T) {
	found := map[string]string{}
	for _, dir := range folders(t) {
		for text, at := range sentencesOf(t, dir) {
			found[text] = cmp.Or(found[text], at)
		}
	}
	if len(found) < 150 {
		t.Errorf("only %d sentences were found: the reading no longer fits the code", len(found))
	}
	data, err := os.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		write(t, data, slices.Sorted(maps.Keys(found)))
		return
	}
	var catalogue struct{ Sentences map[string]string }
	if err := json.Unmarshal(data, &catalogue); err != nil {
		t.Fatal(err)
	}
	const cure = "; go test ./backend/messages -update mends it"
	for text, at := range found {
		if _, ok := catalogue.Sentences[text]; !ok {
			t.Errorf("%s says what en.json does not have%s: %q", at, cure, text)
		}
	}
	for text, said := range catalogue.Sentences {
		if found[text] == "" {
			t.Errorf("en.json has what nobody says%s: %q", cure, text)
		}
		if said != text {
			t.Errorf("English says another thing in the catalogue than in the code: %q, %q", text, said)
		}
	}
}

// folders returns the folders of rooms, with the packages of app one by one.
func folders(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range rooms {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

func write(t *testing.T, data []byte, texts []string) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	quote := func(s string) string {
		out.Reset()
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out.String())
	}
	lines := make([]string, 0, len(texts))
	for _, text := range texts {
		lines = append(lines, fmt.Sprintf("    %s: %[1]s", quote(text)))
	}
	block := "\"sentences\": {\n" + strings.Join(lines, ",\n") + "\n  }"
	old := regexp.MustCompile(`(?s)"sentences": \{\n.*?\n  \}`)
	if !old.Match(data) {
		t.Fatal("en.json has no section sentences")
	}
	if err := os.WriteFile("en.json", old.ReplaceAllLiteral(data, []byte(block)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sentencesOf are the sentences that one package makes, as templates, each with its place.
func sentencesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	r := reading{set: token.NewFileSet(), texts: map[string]ast.Expr{}, found: map[string]string{}}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(r.set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files, r.name = append(files, f), f.Name.Name
		for _, d := range f.Decls {
			r.declared(d)
		}
	}
	r.all = maps.Clone(r.texts)
	for _, f := range files {
		ast.Inspect(f, r.visit)
	}
	return r.found
}

// reading is the reading of one package.
type reading struct {
	set   *token.FileSet
	name  string
	all   map[string]ast.Expr // the package's constants that are texts
	texts map[string]ast.Expr // those and the function's
	found map[string]string
}

func (r *reading) declared(d ast.Decl) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.CONST && g.Tok != token.VAR {
		return
	}
	for _, s := range g.Specs {
		if v, ok := s.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
			for i, name := range v.Names {
				if _, text := r.template(v.Values[i]); text && g.Tok == token.CONST {
					r.texts[name.Name] = v.Values[i]
				}
			}
		}
	}
}

func (r *reading) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.DeclStmt:
		r.declared(n.Decl)
	case *ast.FuncDecl:
		r.texts = maps.Clone(r.all)
		if slices.Contains(parts, r.name+" "+n.Name.Name) {
			r.part(n)
		}
	case *ast.ReturnStmt: // a sentence by itself
		for _, e := range n.Results {
			if text, ok := r.template(e); ok && whole.MatchString(text) {
				r.take(e, "")
			}
		}
	case *ast.CompositeLit:
		r.literal(n, named(n.Type))
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			s, field := left.(*ast.SelectorExpr)
			v, local := left.(*ast.Ident)
			if n.Tok != token.ADD_ASSIGN && len(n.Rhs) == len(n.Lhs) && (field && slices.Contains(fields, s.Sel.Name) || local && slices.Contains(locals, v.Name)) {
				r.take(n.Rhs[i], "")
			}
		}
	case *ast.CallExpr:
		name := named(n.Fun)
		if before, ok := makers[r.name+" "+name]; ok {
			for _, arg := range n.Args {
				r.take(arg, before)
			}
		}
	}
	return true
}

// literal takes the sentences of a Problem, a Check, or what identity keeps in its tables.
func (r *reading) literal(n *ast.CompositeLit, of string) {
	for i, e := range n.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil { // elided: it is the list's
			if list, ok := n.Type.(*ast.ArrayType); ok {
				r.literal(&ast.CompositeLit{Type: list.Elt, Elts: inner.Elts}, named(list.Elt))
			}
		}
		if text, ok := r.template(e); ok && whole.MatchString(text) {
			r.take(e, "")
		}
		switch {
		case of == "finding" || of == "sentence" && !keyed && i > 0:
			r.take(e, "")
		case of == "look" && i == 0:
			r.label(e)
		case keyed && (of == "Problem" || of == "Check"):
			k, ok := kv.Key.(*ast.Ident)
			if ok && slices.Contains(fields, k.Name) {
				r.take(kv.Value, "")
			}
			if ok && k.Name == "Name" {
				r.label(kv.Value)
			}
		case keyed && of != "map":
			if k, ok := kv.Key.(*ast.Ident); ok && (slices.Contains(locals, k.Name) || slices.Contains([]string{"Why", "Wrong", "Right"}, k.Name)) {
				r.take(kv.Value, "")
			}
		case keyed && of == "map":
			inner := n.Type.(*ast.MapType).Value
			switch v := kv.Value.(type) {
			case *ast.CompositeLit:
				if v.Type == nil { // elided: it is the map's
					r.literal(&ast.CompositeLit{Type: inner, Elts: v.Elts}, named(inner))
				}
			default:
				if k, ok := inner.(*ast.Ident); ok && k.Name == "string" && r.name == "identity" {
					if key, ok := n.Type.(*ast.MapType).Key.(*ast.Ident); ok && key.Name == "stage" {
						r.take(v, "")
					}
				}
			}
		}
	}
}

func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.MapType:
		return "map"
	}
	return ""
}

// part takes all that a function returns.
func (r *reading) part(f *ast.FuncDecl) {
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.ReturnStmt); ok {
			r.label(s.Results[0])
		}
		return true
	})
}

func (r *reading) take(e ast.Expr, before string) {
	if text, ok := r.template(e); ok && (said.MatchString(text) || whole.MatchString(text)) {
		r.note(e, before+text)
	}
}

// label takes the name of a check, which is a word or two.
func (r *reading) label(e ast.Expr) {
	if text, ok := r.template(e); ok && text != "" {
		r.note(e, text)
	}
}

func (r *reading) note(e ast.Expr, text string) {
	if form := onward[r.name]; form != nil && form.MatchString(text) {
		text = "\x00 " + text
	}
	n := -1
	text = gap.ReplaceAllStringFunc(text, func(string) string { n++; return fmt.Sprintf("{%d}", n) })
	at := r.set.Position(e.Pos())
	r.found[text] = fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

var (
	// said are words of the launcher's own: what has none is all values.
	said  = regexp.MustCompile(`[a-z]{2,} [a-z]|^[a-z]+ \x00|[A-Z][a-z]+ [a-z]|^[A-Z][a-z' ]+\.?$`)
	whole = regexp.MustCompile(`^([A-Z]|\x00 [a-z]).* .*\.$`)
	gap   = regexp.MustCompile("\x00")
	verb  = regexp.MustCompile(`%(\[\d\])?[+#-]?[\d.]*[a-zA-Z]`)
)

// template is the text of an expression, with a gap for each value in it. It says no where there is no text.
func (r *reading) template(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0)), true
		}
	case *ast.ParenExpr:
		return r.template(e.X)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, one := r.template(e.X)
		right, two := r.template(e.Y)
		if !one {
			left = "\x00"
		}
		if !two {
			right = "\x00"
		}
		return left + right, one || two
	case *ast.Ident:
		if text, ok := r.texts[e.Name]; ok {
			return r.template(text)
		}
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		if ok && f.Sel.Name == "TrimSpace" && len(e.Args) == 1 {
			return r.template(e.Args[0])
		}
		if ok && f.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			format, ok := r.template(e.Args[0])
			return strings.ReplaceAll(verb.ReplaceAllString(format, "\x00"), "%%", "%"), ok
		}
	}
	return "", false
}
