// Package messages has everything that the launcher says to people, in every language. Code says a Message: an ID and
// its arguments. It becomes text once, where a person reads it: in what the window gets, in the tray, in notifications
// and on the command line. Errors and logs say it in English.
//
// A language is one file, named by its BCP 47 tag, of the shape of en.json. The page reads the same files. A leaf is a
// text, in which {0}, {1} and so on stand for values, or the forms of one: the plural categories of CLDR that the
// language has, by the first value, and "none" for a first value that is empty.
// https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// Default is the language that is complete, and the one for anyone who speaks none of the others.
const Default = "en"

// Pseudo is a language that nobody speaks: English in brackets. A text without them is not from here.
const Pseudo = "en-XA"

// Catalogue is one language.
type Catalogue struct {
	Language string
	leaves   map[string]string // by dotted key; the forms of a text are leaves too
	tag      language.Tag
}

// Languages lists the tags of the languages there are.
func Languages() []string {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, ".json")
	}
	return names
}

// Pick chooses the best language: an exact tag, then a bare language, then English. Tags may be written as
// environment variables have them, such as de_AT.UTF-8.
func Pick(wanted ...string) string {
	known := Languages()
	for _, tag := range wanted {
		tag, _, _ = strings.Cut(tag, ".")
		tag = strings.ReplaceAll(tag, "_", "-")
		if slices.Contains(known, tag) || tag == Pseudo {
			return tag
		}
		if bare, _, _ := strings.Cut(tag, "-"); slices.Contains(known, bare) {
			return bare
		}
	}
	return Default
}

// Read reads the catalogue of a language that Languages lists, or of Pseudo.
func Read(name string) (*Catalogue, error) {
	file := name
	if name == Pseudo {
		file = Default
	}
	data, err := files.ReadFile(file + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no catalogue for %q: %w", name, err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, fmt.Errorf("the catalogue for %q: %w", name, err)
	}
	c := &Catalogue{Language: name, leaves: map[string]string{}, tag: language.Make(name)}
	c.take("", tree)
	if name == Pseudo {
		for key, text := range c.leaves {
			c.leaves[key] = "⟦" + text + "⟧"
		}
	}
	return c, nil
}

func (c *Catalogue) take(path string, v any) {
	switch v := v.(type) {
	case string:
		c.leaves[path] = v
	case map[string]any:
		for key, inner := range v {
			c.take(strings.TrimPrefix(path+"."+key, "."), inner)
		}
	}
}

// Keys lists the dotted keys of all leaves, in order.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.leaves))
	for key := range c.leaves {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// has reports whether there is a text for a key.
func (c *Catalogue) has(key string) bool {
	_, text := c.leaves[key]
	_, forms := c.leaves[key+".other"]
	return text || forms
}

// Say gives the text of a key with its values filled in. A key that is not there is said as itself, so that a
// mistake is seen and nothing fails.
func (c *Catalogue) Say(key string, values ...any) string {
	text, ok := c.leaves[key]
	if !ok {
		text, ok = c.leaves[key+"."+c.form(key, values)]
	}
	if !ok {
		return key
	}
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), shown(v))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// ownText is a text of the catalogue, with its values filled in.
type ownText string

// shown is a value as a text shows it. What did not come from the catalogue is made visible.
func shown(v any) string {
	if own, ok := v.(ownText); ok {
		return string(own)
	}
	return Visible(fmt.Sprint(v))
}

// categories are the keys of forms by CLDR's plural categories.
var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: other,
}

// other is the form that every text with forms has.
const other = "other"

// forms are all that a text with forms may have.
var forms = []string{"none", "zero", "one", "two", "few", "many", other}

// form chooses the form of a text by its first value.
func (c *Catalogue) form(key string, values []any) string {
	if len(values) == 0 {
		return other
	}
	want, first := other, fmt.Sprint(values[0])
	if n, err := strconv.Atoi(first); err == nil {
		want = categories[plural.Cardinal.MatchPlural(c.tag, max(n, -n), 0, 0, 0, 0)]
	} else if first == "" {
		want = "none"
	}
	if _, ok := c.leaves[key+"."+want]; ok {
		return want
	}
	return other
}
