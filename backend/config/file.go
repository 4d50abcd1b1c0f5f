package config

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"avatar-launcher/backend/messages"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxSize is more than any honest configuration; reading stops there.
const maxSize = 1 << 20

// Load reads the file at path, under this computer's policy; a file that does not exist is an empty one. Errors are
// *backend.Problem.
func Load(path string) (*File, error) {
	policy, err := ReadPolicy()
	if err != nil {
		return nil, err
	}
	data, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && policy == nil:
		return Default(), nil
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, problem(messages.New("config.configurationCannotRead"), reason(err, path),
			messages.New("config.checkFilePermissions"), err)
	}
	return parseUnder(policy, path, data)
}

// reason says why a file cannot be had. What is neither a matter of permission nor of a name is said by the system.
func reason(err error, path string) messages.Message {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return messages.New("config.noFileFolder", path)
	case errors.Is(err, fs.ErrPermission):
		return messages.New("config.permissionDenied", path)
	}
	var odd *irregular
	if errors.As(err, &odd) {
		return odd.message()
	}
	var nowhere *dangling
	if errors.As(err, &nowhere) {
		return nowhere.message()
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return messages.Verbatim(path + ": " + err.Error() + ".")
}

// Parse reads a configuration, whatever this computer's policy. The name stands for the file in messages. Errors are
// *backend.Problem with Faults as their Cause.
func Parse(name string, data []byte) (*File, error) { return parseUnder(nil, name, data) }

// parseUnder reads a configuration under a policy, nil for none.
func parseUnder(policy *Policy, name string, data []byte) (*File, error) {
	d := &decoder{file: name, places: map[string]place{}}
	f := &File{Profile: "local", Desktop: desktop()}
	root, faults := parse(name, data)
	if faults != nil {
		return nil, faults.problem()
	}
	if root != nil {
		d.decode(root, "", reflect.ValueOf(f).Elem())
	}
	if len(d.faults) == 0 {
		if policy != nil {
			policy.apply(d, f)
		}
		d.finish(f)
	}
	if len(d.faults) > 0 {
		slices.SortStableFunc(d.faults, func(a, b Fault) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		if policy != nil && d.faults[0].File == policy.Source {
			return nil, d.faults.policyProblem()
		}
		return nil, d.faults.problem()
	}
	return f, nil
}

// parse turns the text into its one YAML document, nil if there is nothing in it.
func parse(name string, data []byte) (ast.Node, Faults) {
	if len(data) > maxSize {
		return nil, Faults{{File: name, Wrong: messages.New("config.larger1Mib"),
			Right: messages.New("config.nameConfigurationFile")}}
	}
	if !utf8.Valid(data) {
		return nil, Faults{{File: name, Wrong: messages.New("config.notUtf8"), Right: messages.New("config.saveUtf8")}}
	}
	tree, err := parser.ParseBytes(withoutDirectives(bytes.TrimPrefix(data, []byte("\ufeff"))), 0)
	if err != nil {
		return nil, Faults{syntaxFault(name, err)}
	}
	var bodies []ast.Node
	for _, doc := range tree.Docs {
		if _, empty := doc.Body.(*ast.NullNode); doc.Body != nil && !empty {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, nil
	case 1:
		if _, comments := bodies[0].(*ast.CommentGroupNode); comments {
			return nil, nil
		}
		return bodies[0], nil
	}
	at := placeOf(bodies[1])
	return nil, Faults{
		{File: name, Line: at.line, Column: at.column, Wrong: messages.New("config.secondDocumentBeginsHere"),
			Right: messages.New("config.keepEverythingOne")},
	}
}

// withoutDirectives makes comments of the directives before the document, such as %YAML 1.2, which the parser takes for
// a document of their own. All places in the text stay.
func withoutDirectives(data []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \r\n"), []byte("%")) && !bytes.HasPrefix(data, []byte("#")) {
		return data
	}
	data = bytes.Clone(data)
	for rest := data; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		switch text := bytes.TrimSpace(line); {
		case len(text) == 0, text[0] == '#':
		case line[0] == '%':
			line[0] = '#'
		default:
			return data
		}
		rest = after
	}
	return data
}

func syntaxFault(name string, err error) Fault {
	f := Fault{File: name, Wrong: messages.New("config.notYaml"),
		Right: messages.New("config.checkIndentationColonsQuotes")}
	var y yaml.Error
	if errors.As(err, &y) {
		f.Wrong = messages.New("config.notYaml2", y.GetMessage())
		if t := y.GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
		}
	}
	return f
}

// finish fills in what follows from other values and checks everything.
func (d *decoder) finish(f *File) {
	if f.Profiles == nil {
		f.Profiles = map[string]Profile{}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Profiles)) {
		p := f.Profiles[name]
		v := validator{d, "profiles." + name}
		if !profileForm.MatchString(name) {
			v.fault("", messages.New("config.profileNamed", strconv.Quote(name)), messages.New("config.useLettersDigitsDots"))
		}
		p.Name = name
		p.Zone.Name = strings.ToLower(strings.TrimSuffix(p.Zone.Name, "."))
		p.Zone.ID = strings.TrimPrefix(strings.TrimPrefix(p.Zone.ID, "/"), "hostedzone/")
		fill(&p, func(path string) bool { _, ok := d.places[v.base+"."+path]; return ok })
		v.profile(&p)
		f.Profiles[name] = p
	}
	validator{d, ""}.desktop(f.Desktop)
	if _, ok := f.Profiles["local"]; !ok {
		f.Profiles["local"] = Default().Profiles["local"]
	}
	if _, ok := f.Profiles[f.Profile]; !ok {
		validator{d, ""}.fault("profile", messages.New("config.setNoneProfiles", strconv.Quote(f.Profile)),
			messages.New("config.writeOne", f.names()))
	}
}

// names lists the profiles for messages.
func (f *File) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f.Profiles)), ", ")
}

// Select finds a profile by name, the default one for "".
func (f *File) Select(name string) (Profile, error) {
	p, ok := f.Profiles[cmp.Or(name, f.Profile)]
	switch {
	case !f.Policy.Allows(cmp.Or(name, f.Profile)):
		return Profile{}, f.Policy.profileRefused(name)
	case !ok:
		return Profile{}, problem(messages.New("config.noProfile"),
			messages.New("config.configurationNoProfile", strconv.Quote(name)),
			messages.New("config.nameOne", f.names()), nil)
	}
	return p, nil
}
