// Package shape checks the JSON of a request against the shapes of an API's model, in the words of AWS's services:
// members of a wrong type, and values that break a constraint.
package shape

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the type of a shape.
type Kind int

// The kinds of shapes.
const (
	String Kind = iota
	Integer
	Boolean
	Blob
	Timestamp
	List
	Map
	Structure
)

// Shape is one shape of a model with its constraints: of a string's, list's, map's or blob's length, or of a number.
type Shape struct {
	Kind
	Min, Max *int
	Pattern  string
	Enum     []string
	Key      *Shape // of a map
	Value    *Shape // of a map or a list
	Members  []Member

	pattern *regexp.Regexp
}

// Member is a member of a structure. UnlessGiven names another one that makes a required member optional.
type Member struct {
	Name        string
	Shape       *Shape
	Required    bool
	UnlessGiven string
}

// Text is a string of least to most characters, most 0 for no bound, that matches pattern if it isn't empty.
func Text(least, most int, pattern string) *Shape {
	s := bounded(String, least, most)
	if pattern != "" {
		s.Pattern, s.pattern = pattern, regexp.MustCompile("^(?:"+pattern+")$")
	}
	return s
}

// OneOf is a string of a few.
func OneOf(values ...string) *Shape { return &Shape{Kind: String, Enum: values} }

// Number is an integer from least to most, most 0 for no bound.
func Number(least, most int) *Shape { return bounded(Integer, least, most) }

// ListOf is a list of least to most values.
func ListOf(value *Shape, least, most int) *Shape {
	s := bounded(List, least, most)
	s.Value = value
	return s
}

// MapOf is a map of least to most entries.
func MapOf(key, value *Shape, least, most int) *Shape {
	s := bounded(Map, least, most)
	s.Key, s.Value = key, value
	return s
}

// Of is a structure.
func Of(members ...Member) *Shape { return &Shape{Kind: Structure, Members: members} }

func bounded(k Kind, least, most int) *Shape {
	s := &Shape{Kind: k, Min: &least}
	if most > 0 {
		s.Max = &most
	}
	return s
}

// mostListed is how many of a request's mistakes AWS lists.
const mostListed = 10

// Invalid returns AWS's text about the constraints that a decoded request breaks, "" if it breaks none. The request is
// what encoding/json makes of it, with numbers as json.Number.
func (s *Shape) Invalid(request any) string {
	var found []string
	s.check(request, "", &found)
	if len(found) == 0 {
		return ""
	}
	found = found[:min(len(found), mostListed)]
	noun := " validation errors"
	if len(found) == 1 {
		noun = " validation error"
	}
	return strconv.Itoa(len(found)) + noun + " detected: " + strings.Join(found, "; ")
}

func (s *Shape) check(v any, path string, found *[]string) {
	broken := func(format string, args ...any) {
		*found = append(*found, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: ", text(v), path)+
			fmt.Sprintf(format, args...))
	}
	switch s.Kind {
	case Structure:
		s.checkMembers(v, path, found)
	case List:
		list, _ := v.([]any)
		s.bounds("length", len(list), broken)
		if s.Value.Kind == String && s.Value.Min != nil {
			if slices.ContainsFunc(list, s.Value.outside) {
				broken("Member must satisfy constraint: %s", s.Value.lengths())
			}
			return
		}
		for i, each := range list {
			s.Value.check(each, path+"."+strconv.Itoa(i+1)+".member", found)
		}
	case Map:
		s.checkMap(v, path, found, broken)
	case String:
		str, _ := v.(string)
		s.bounds("length", utf8.RuneCountInString(str), broken)
		if s.pattern != nil && !s.pattern.MatchString(str) {
			broken("Member must satisfy regular expression pattern: %s", s.Pattern)
		}
		if s.Enum != nil && !slices.Contains(s.Enum, str) {
			broken("Member must satisfy enum value set: [%s]", strings.Join(s.Enum, ", "))
		}
	case Integer:
		n, _ := strconv.Atoi(text(v))
		s.bounds("value", n, broken)
	}
}

func (s *Shape) checkMembers(v any, path string, found *[]string) {
	members, _ := v.(map[string]any)
	for _, m := range s.Members {
		at := strings.TrimPrefix(path+"."+strings.ToLower(m.Name[:1])+m.Name[1:], ".")
		switch value := members[m.Name]; {
		case value != nil:
			m.Shape.check(value, at, found)
		case m.Required && members[m.UnlessGiven] == nil:
			*found = append(*found, "Value null at '"+at+"' failed to satisfy constraint: Member must not be null")
		}
	}
}

// checkMap speaks of all of a map's keys, and of all of its strings, at once, as AWS does.
func (s *Shape) checkMap(v any, path string, found *[]string, broken func(string, ...any)) {
	entries, _ := v.(map[string]any)
	s.bounds("length", len(entries), broken)
	keys := sortedKeys(entries)
	if slices.ContainsFunc(keys, func(k string) bool { return s.Key.outside(k) }) {
		broken("Map keys must satisfy constraint: %s", s.Key.lengths())
	}
	if s.Value.Kind == String && s.Value.Min != nil {
		if slices.ContainsFunc(keys, func(k string) bool { return s.Value.outside(entries[k]) }) {
			broken("Map value must satisfy constraint: %s", s.Value.lengths())
		}
		return
	}
	for _, k := range keys {
		s.Value.check(entries[k], path+"."+k+".member", found)
	}
}

// outside reports whether a string's length breaks a constraint.
func (s *Shape) outside(v any) bool {
	str, _ := v.(string)
	n := utf8.RuneCountInString(str)
	return s.Min != nil && n < *s.Min || s.Max != nil && n > *s.Max
}

// lengths is how AWS writes the constraints that all of a list's or a map's strings have.
func (s *Shape) lengths() string {
	return fmt.Sprintf("[Member must have length less than or equal to %d, Member must have length greater than or equal "+
		"to %d]", *s.Max, *s.Min)
}

func (s *Shape) bounds(what string, n int, broken func(string, ...any)) {
	if s.Min != nil && n < *s.Min {
		broken("Member must have %s greater than or equal to %d", what, *s.Min)
	}
	if s.Max != nil && n > *s.Max {
		broken("Member must have %s less than or equal to %d", what, *s.Max)
	}
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// text is a value as Java writes it.
func text(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, each := range v {
			parts[i] = text(each)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, k := range sortedKeys(v) {
			parts = append(parts, k+"="+text(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
