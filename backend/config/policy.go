package config

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"aead.dev/minisign"
	"github.com/goccy/go-yaml/ast"
)

// Policy is what an administrator has fixed on this computer. It wins over the user's configuration, whichever file
// that is. It keeps honest users to a company's choices; it doesn't confine anybody who runs a program of their own.
type Policy struct {
	Source  string   // the file, or the place of the system's that it was read from
	Reason  string   // the administrator's own words for it, shown beside what is locked
	Allowed []string // the profiles that may be used; empty: all
	Signers []string // minisign's public keys; if there are any, a profile that is handed over needs one's signature

	locks    []lock
	profiles []string // the profiles that the policy itself has
	places   map[string]place
}

// lock is one key that the policy fixes.
type lock struct {
	path string // such as "desktop.quit", "every_profile.session.maximum" or "profiles.studio.region"
	node ast.Node
}

// everyProfile is the key of locked that holds for each profile.
const everyProfile = "every_profile"

// preferences are the keys of a profile that stay the user's where the policy has the profile, unless it names them.
var preferences = []string{"session", "log", "stay_signed_in"}

// ReadPolicy reads this computer's policy, nil if there is none. Errors are *backend.Problem: a policy that cannot be
// read fixes nobody knows what, and so nothing goes on without it.
func ReadPolicy() (*Policy, error) {
	source, data, err := policyText()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, problem(messages.New("config.policyCannotUsed"), policyReason(err, source),
			messages.New("config.askAdministrator"), err)
	}
	p, faults := parsePolicy(source, data)
	if faults != nil {
		return nil, faults.policyProblem()
	}
	return p, nil
}

func policyReason(err error, source string) messages.Message {
	var exposed *writableByOthers
	if errors.As(err, &exposed) {
		return exposed.message()
	}
	return reason(err, source)
}

// policyProblem says the first fault; only an administrator can correct it.
func (fs Faults) policyProblem() *backend.Problem {
	return problem(messages.New("config.policyCannotUsed"), messages.New("config.atPlace", fs[0].Place(), fs[0].Wrong),
		messages.Join(messages.New("config.askAdministrator"), fs[0].Right), fs)
}

// parsePolicy reads a policy's text. Each value is decoded once, so that a wrong one is refused with its place.
func parsePolicy(source string, data []byte) (*Policy, Faults) {
	root, faults := parse(source, data)
	if faults != nil || root == nil {
		return &Policy{Source: source}, faults
	}
	d := &decoder{file: source, places: map[string]place{}}
	p := &Policy{Source: source, places: d.places}
	entries, ok := mapping(root)
	if !ok {
		d.refuse(root, "", messages.Join(messages.Verbatim("the file"), kindOf(root)),
			messages.New("config.write", messages.New("config.keysValuesIndentedBelow")))
	}
	for _, e := range entries {
		switch key, _ := d.key(e, ""); key {
		case "":
		case "reason":
			d.decode(e.Value, key, reflect.ValueOf(&p.Reason).Elem())
		case "allowed_profiles":
			d.decode(e.Value, key, reflect.ValueOf(&p.Allowed).Elem())
		case "profile_signers":
			d.decode(e.Value, key, reflect.ValueOf(&p.Signers).Elem())
		case "locked":
			p.collect(d, e.Value, "", reflect.TypeFor[lockable]())
		default:
			d.refuse(e.Key, key, unknown(key, ""), suggest(key,
				[]string{"allowed_profiles", "locked", "profile_signers", "reason"}))
		}
	}
	p.checkAllowed(d)
	p.checkSigners(d)
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	return p, nil
}

// lockable has the keys that locked may have: those of File, and those of a profile for every profile.
type lockable struct {
	Profile      string             `yaml:"profile"`
	Profiles     map[string]Profile `yaml:"profiles"`
	Desktop      Desktop            `yaml:"desktop"`
	EveryProfile Profile            `yaml:"every_profile"`
}

// collect adds the keys below a node to the policy's locks.
func (p *Policy) collect(d *decoder, n ast.Node, path string, t reflect.Type) {
	entries, group := mapping(n)
	_, empty := n.(*ast.NullNode)
	switch {
	case group && t.Kind() == reflect.Struct:
		fields, names := fieldsOf(t)
		for _, e := range entries {
			key, ok := d.key(e, path)
			if !ok {
				continue
			}
			i, ok := fields[key]
			if !ok {
				d.refuse(e.Key, join(path, key), unknown(key, join("locked", path)), suggest(key, names))
				continue
			}
			p.collect(d, e.Value, join(path, key), t.Field(i).Type)
		}
	case group && t == reflect.TypeFor[map[string]Profile]():
		for _, e := range entries {
			if name, ok := d.key(e, path); ok {
				at := placeOf(e)
				at.file = d.file
				d.places[join(path, name)] = at
				p.profiles = append(p.profiles, name)
				p.collect(d, e.Value, join(path, name), t.Elem())
			}
		}
	case empty && t.Kind() == reflect.Struct:
	default:
		d.decode(n, join("locked", path), reflect.New(t).Elem())
		p.locks = append(p.locks, lock{path, n})
	}
}

// checkAllowed refuses a profile that is allowed but not the policy's own: anybody could write another cloud's under
// its name. "local" is the program's.
func (p *Policy) checkAllowed(d *decoder) {
	for _, name := range p.Allowed {
		if name != "local" && !slices.Contains(p.profiles, name) {
			at := d.places["allowed_profiles"]
			d.faults = append(d.faults, Fault{File: d.file, Line: at.line, Column: at.column, Path: "allowed_profiles",
				Wrong: messages.New("config.allowsUnknownProfile", strconv.Quote(name)),
				Right: messages.New("config.writeProfileUnderLocked", name)})
		}
	}
}

// checkSigners refuses what is no public key of minisign's.
func (p *Policy) checkSigners(d *decoder) {
	for i, text := range p.Signers {
		if err := new(minisign.PublicKey).UnmarshalText([]byte(text)); err != nil {
			at := d.places[fmt.Sprintf("profile_signers[%d]", i)]
			d.faults = append(d.faults, Fault{File: d.file, Line: at.line, Column: at.column, Path: "profile_signers",
				Wrong: messages.New("config.noPublicKey", strconv.Quote(text)), Right: messages.New("config.writePublicKey")})
		}
	}
}

// apply puts the policy over a configuration that has just been decoded. Places of keys that the policy sets become
// places in the policy.
func (p *Policy) apply(d *decoder, f *File) {
	f.Policy = p
	if f.Profiles == nil {
		f.Profiles = map[string]Profile{}
	}
	for _, name := range p.own() {
		f.Profiles[name] = onlyPreferences(d, name, f.Profiles[name])
		if at, ok := p.places["profiles."+name]; ok {
			d.places["profiles."+name] = at
		}
	}
	if _, ok := f.Profiles["local"]; !ok {
		local := defaults()
		local.Cloud = CloudEmbedded
		f.Profiles["local"] = local
	}
	own := &decoder{file: p.Source, places: d.places}
	for _, l := range p.locks {
		if rest, ok := strings.CutPrefix(l.path, everyProfile+"."); ok {
			for name := range f.Profiles {
				setIn(own, f, "profiles."+name+"."+rest, l.node)
			}
		}
	}
	for _, l := range p.locks {
		if !strings.HasPrefix(l.path, everyProfile+".") {
			setIn(own, f, l.path, l.node)
		}
	}
	if len(p.Allowed) > 0 && !slices.Contains(p.Allowed, f.Profile) {
		f.Profile = p.Allowed[0]
	}
}

// own are the profiles that belong to the policy. "local" is one if it is allowed, so that nobody can put another
// cloud under its name.
func (p *Policy) own() []string {
	if slices.Contains(p.Allowed, "local") && !slices.Contains(p.profiles, "local") {
		return append(slices.Clone(p.profiles), "local")
	}
	return p.profiles
}

// onlyPreferences makes a profile anew, with the user's preferences if they have one of that name.
func onlyPreferences(d *decoder, name string, users Profile) Profile {
	base := "profiles." + name
	out := defaults()
	if name == "local" {
		out.Cloud = CloudEmbedded
	}
	if _, theirs := d.places[base]; theirs {
		out.Session, out.Log, out.StaySignedIn = users.Session, users.Log, users.StaySignedIn
	}
	for path := range d.places {
		if key, ok := strings.CutPrefix(path, base+"."); ok && !isPreference(key) {
			delete(d.places, path)
		}
	}
	return out
}

func isPreference(key string) bool {
	return slices.ContainsFunc(preferences, func(p string) bool { return key == p || strings.HasPrefix(key, p+".") })
}

// setIn decodes a node into the key of a configuration that a path names.
func setIn(d *decoder, f *File, path string, n ast.Node) {
	parts := strings.Split(path, ".")
	if parts[0] != "profiles" {
		d.decode(n, path, fieldAt(reflect.ValueOf(f).Elem(), parts))
		return
	}
	name, key := nameAndKey(f, path)
	if key == "" {
		return
	}
	profile := f.Profiles[name]
	d.decode(n, path, fieldAt(reflect.ValueOf(&profile).Elem(), strings.Split(key, ".")))
	f.Profiles[name] = profile
}

// nameAndKey splits a path under profiles. The name of a profile may have dots.
func nameAndKey(f *File, path string) (name, key string) {
	rest := strings.TrimPrefix(path, "profiles.")
	for known := range f.Profiles {
		if k, ok := strings.CutPrefix(rest, known+"."); ok && len(known) > len(name) {
			name, key = known, k
		}
	}
	return name, key
}

func fieldAt(v reflect.Value, path []string) reflect.Value {
	for _, key := range path {
		fields, _ := fieldsOf(v.Type())
		v = v.Field(fields[key])
	}
	return v
}
