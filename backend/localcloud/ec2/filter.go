package ec2

import (
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// attributes are what filters can ask of a resource, by filter name; a name that has no value for this resource is
// still there, so that the names themselves can be checked.
type attributes map[string][]string

// filter is one Filter.N: the resource must have one of the values.
type filter struct {
	name   string
	values []string
}

// readFilters returns the request's filters, checked against the names in known. Any filter by tag
// (tag:KEY, tag-key, tag-value) is known where known has "tag-key".
func readFilters(p params, known attributes) ([]filter, *wire.Error) {
	var out []filter
	for _, g := range p.groups("Filter") {
		name := g.get("Name")
		if name == "" {
			return nil, missing("Filter.N.Name")
		}
		_, ok := known[name]
		if _, tagged := known["tag-key"]; tagged && strings.HasPrefix(name, "tag:") {
			ok = true
		}
		if !ok {
			return nil, invalid("The filter '%s' is invalid", name)
		}
		values := g.list("Value")
		if len(values) > 200 {
			return nil, wire.Errorf(400, "FilterLimitExceeded",
				"The maximum number of filter values specified on a single call is 200")
		}
		out = append(out, filter{name, values})
	}
	return out, nil
}

// matches reports whether a resource passes all filters: any value of each, wildcards allowed, case significant.
func matches(filters []filter, a attributes) bool {
	for _, f := range filters {
		if !f.matches(a[f.name]) {
			return false
		}
	}
	return true
}

func (f filter) matches(have []string) bool {
	for _, pattern := range f.values {
		for _, value := range have {
			if wildcard(pattern, value) {
				return true
			}
		}
	}
	return false
}

// withTags adds the filters by tag to a resource's attributes.
func withTags(a attributes, tags map[string]string) attributes {
	a["tag-key"], a["tag-value"] = nil, nil
	for k, v := range tags {
		a["tag-key"] = append(a["tag-key"], k)
		a["tag-value"] = append(a["tag-value"], v)
		a["tag:"+k] = []string{v}
	}
	return a
}

// wildcard matches as EC2's filters do: * any run of characters, ? any one, a backslash takes the next as it is.
func wildcard(pattern, s string) bool {
	p, i := []rune(pattern), []rune(s)
	star, mark := -1, 0
	pi, si := 0, 0
	for si < len(i) {
		if pi < len(p) {
			switch c := p[pi]; {
			case c == '*':
				star, mark = pi, si
				pi++
				continue
			case c == '?':
				pi, si = pi+1, si+1
				continue
			case c == '\\' && pi+1 < len(p) && p[pi+1] == i[si]:
				pi, si = pi+2, si+1
				continue
			case c == i[si] && (c != '\\' || pi+1 == len(p)):
				pi, si = pi+1, si+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark++
		pi, si = star+1, mark
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}
