package ec2

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// params are the flat parameters of the query protocol ("Filter.1.Value.2").
type params map[string]string

func (p params) get(name string) string { return p[name] }

func (p params) has(name string) bool { _, ok := p[name]; return ok }

// need returns a parameter that must be there.
func (p params) need(name string) (string, *wire.Error) {
	v := p[name]
	if v == "" {
		return "", missing(name)
	}
	return v, nil
}

// number returns a whole number, fallback where the parameter is absent.
func (p params) number(name string, fallback int) (int, *wire.Error) {
	v, ok := p[name]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, invalid("Invalid value '%s' for %s. Must be a whole number.", v, name)
	}
	return n, nil
}

// flag returns a boolean, false where the parameter is absent.
func (p params) flag(name string) (bool, *wire.Error) {
	switch v := strings.ToLower(p[name]); v {
	case "":
		return false, nil
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	default:
		return false, invalid("Invalid value '%s' for %s. Must be true or false.", p[name], name)
	}
}

// under returns the parameters below a prefix ("Placement" of "Placement.AvailabilityZone"), the prefix taken off.
func (p params) under(prefix string) params {
	out := params{}
	for k, v := range p {
		if rest, ok := strings.CutPrefix(k, prefix+"."); ok {
			out[rest] = v
		}
	}
	return out
}

// list returns the values of PREFIX.1, PREFIX.2, … in the order of their numbers.
func (p params) list(prefix string) []string {
	var out []string
	for _, n := range p.indexes(prefix) {
		if v, ok := p[prefix+"."+strconv.Itoa(n)]; ok {
			out = append(out, v)
		}
	}
	return out
}

// groups returns the structures PREFIX.1.…, PREFIX.2.…, in the order of their numbers.
func (p params) groups(prefix string) []params {
	var out []params
	for _, n := range p.indexes(prefix) {
		if g := p.under(prefix + "." + strconv.Itoa(n)); len(g) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func (p params) indexes(prefix string) []int {
	seen := map[int]bool{}
	for k := range p {
		rest, ok := strings.CutPrefix(k, prefix+".")
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(first); err == nil && n >= 0 {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// dryRun is the answer to a permitted request that only asked whether it was.
func (p params) dryRun() *wire.Error {
	dry, err := p.flag("DryRun")
	if err == nil && dry {
		return wire.Errorf(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	}
	return err
}

// tagsFor merges the TagSpecification.N of one resource type.
func (p params) tagsFor(resourceType string) (map[string]string, *wire.Error) {
	tags := map[string]string{}
	for _, spec := range p.groups("TagSpecification") {
		kind := spec.get("ResourceType")
		if kind == "" {
			return nil, wire.Errorf(400, "InvalidParameterValue", "Tag specification resource type must have a value")
		}
		if kind != resourceType {
			continue
		}
		given, err := readTags(spec.groups("Tag"))
		if err != nil {
			return nil, err
		}
		maps.Copy(tags, given)
	}
	return tags, checkTags(tags)
}

func missing(name string) *wire.Error {
	return wire.Errorf(400, "MissingParameter", "The request must contain the parameter %s", name)
}

func invalid(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "InvalidParameterValue", format, args...)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
