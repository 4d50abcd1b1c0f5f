package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxSize is more than any honest configuration; reading stops there.
const maxSize = 1 << 20

// Load reads the file at path; a file that does not exist gives Default. Errors are *backend.Problem.
func Load(path string) (*File, error) {
	data, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Default(), nil
	case err != nil:
		return nil, problem("The configuration could not be read", reason(err, path), "Check the file and its permissions.", err)
	}
	return Parse(path, data)
}

// reason says why a file cannot be had. What is neither a matter of permission nor of a name is said by the system.
func reason(err error, path string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "There is no file or folder " + path + "."
	case errors.Is(err, fs.ErrPermission):
		return "Permission is denied for " + path + "."
	}
	var odd *irregular
	if errors.As(err, &odd) {
		return odd.Error()
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return path + ": " + err.Error() + "."
}

// Parse reads a configuration. The name stands for the file in messages. Errors are *backend.Problem with Faults as
// their Cause.
func Parse(name string, data []byte) (*File, error) {
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
		d.finish(f)
	}
	if len(d.faults) > 0 {
		slices.SortStableFunc(d.faults, func(a, b Fault) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, d.faults.problem()
	}
	return f, nil
}

// parse turns the text into its one YAML document, nil if there is nothing in it.
func parse(name string, data []byte) (ast.Node, Faults) {
	if len(data) > maxSize {
		return nil, Faults{{File: name, Wrong: "It is larger than 1 MiB.", Right: "Name a configuration file."}}
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
		{File: name, Line: at.line, Column: at.column, Wrong: "A second document begins here.", Right: "Keep everything in one."},
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
	f := Fault{File: name, Wrong: "This is not YAML.", Right: "Check indentation, colons and quotes there."}
	var y yaml.Error
	if errors.As(err, &y) {
		f.Wrong = "This is not YAML: " + y.GetMessage() + "."
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
			v.fault("", fmt.Sprintf("is a profile named %q.", name), "Use letters, digits, dots, dashes and underlines.")
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
		validator{d, ""}.fault("profile", fmt.Sprintf("is set to %q, which is none of the profiles.", f.Profile), "Write one of "+f.names()+".")
	}
}

// names lists the profiles for messages.
func (f *File) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f.Profiles)), ", ")
}

// Select finds a profile by name, the default one for "".
func (f *File) Select(name string) (Profile, error) {
	p, ok := f.Profiles[cmp.Or(name, f.Profile)]
	if !ok {
		return Profile{}, problem("There is no such profile", fmt.Sprintf("The configuration has no profile %q.", name),
			"Name one of "+f.names()+".", nil)
	}
	return p, nil
}
