// Package words is the one catalogue of everything that the launcher says to people: the page reads the same files as
// the tray and the notifications. A language is one file, named by its BCP 47 tag, of the shape of en.json. A leaf is
// a text, or one that takes values: {0}, {1} and so on stand for them, "one" is said where the first value is 1,
// "none" where it is empty, and "other" otherwise.
//
// The section "sentences" has what the rooms say of themselves: problems, checks, and why a session ended. The rooms say
// them in English, for their errors and the log, and what they said is looked up, as gettext does it; see Tell. A test
// reads the rooms' code and keeps the section complete.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
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
	leaves   map[string]string // by dotted key; the forms of a text with values are leaves too

	templates func() []template // of the sentences with values in them
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
func Read(language string) (*Catalogue, error) {
	file := language
	if language == Pseudo {
		file = Default
	}
	data, err := files.ReadFile(file + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no catalogue for %q: %w", language, err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, fmt.Errorf("the catalogue for %q: %w", language, err)
	}
	c := &Catalogue{Language: language, leaves: map[string]string{}}
	c.take("", tree)
	c.templates = sync.OnceValue(c.compile)
	if language == Pseudo {
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

// Say gives the text of a key with its values filled in. A key that is not there is said as itself, so that a
// mistake is seen and nothing fails.
func (c *Catalogue) Say(key string, values ...any) string {
	if text, ok := c.leaves[key]; ok && len(values) == 0 {
		return text
	}
	text, ok := c.leaves[key+"."+c.form(key, values)]
	if !ok {
		return key
	}
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), fmt.Sprint(v))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// form picks the variant of a text by its first value.
func (c *Catalogue) form(key string, values []any) string {
	want := "other"
	if len(values) > 0 {
		switch fmt.Sprint(values[0]) {
		case "":
			want = "none"
		case "1":
			want = "one"
		}
	}
	if _, ok := c.leaves[key+"."+want]; ok {
		return want
	}
	return "other"
}
