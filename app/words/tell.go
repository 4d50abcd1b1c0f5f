package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// section is where the sentences are among the leaves.
const section = "sentences."

// hole stands for a value in a sentence.
var hole = regexp.MustCompile(`\\?\{\d\\?\}`)

// template finds a sentence by what was said with values in it.
type template struct {
	form   *regexp.Regexp
	key    string
	weight int // how much of it is not values
}

// Tell says in this language what a room has said in English: a sentence of the catalogue's section "sentences", with or
// without values in it, or several in a row. What is not there is said as it is.
func (c *Catalogue) Tell(text string) string {
	if c.Language == Default || text == "" {
		return text
	}
	if told, ok := c.sentence(text); ok {
		return told
	}
	for i := range text {
		if !strings.HasPrefix(text[i:], ". ") {
			continue
		}
		if told, ok := c.sentence(text[:i+1]); ok {
			return told + " " + c.Tell(text[i+2:])
		}
		if told, ok := c.sentence(text[:i]); ok { // a heading, with its sentence behind it
			return told + ". " + c.Tell(text[i+2:])
		}
	}
	return text
}

func (c *Catalogue) sentence(text string) (string, bool) {
	if told, ok := c.leaves[section+text]; ok {
		return told, true
	}
	for _, t := range c.templates() {
		values := t.form.FindStringSubmatch(text)
		if values == nil {
			continue
		}
		return hole.ReplaceAllStringFunc(c.leaves[t.key], func(h string) string {
			n := int(h[1] - '0')
			if n+1 >= len(values) {
				return h
			}
			return c.Tell(values[n+1])
		}), true
	}
	return "", false
}

// compile makes the templates, those that say most first: what says less fits more.
func (c *Catalogue) compile() []template {
	var all []template
	for key := range c.leaves {
		text, ok := strings.CutPrefix(key, section)
		if !ok || !hole.MatchString(text) {
			continue
		}
		form := "(?s)^" + hole.ReplaceAllString(regexp.QuoteMeta(text), "(.*?)") + "$"
		all = append(all, template{regexp.MustCompile(form), key, len(hole.ReplaceAllString(text, ""))})
	}
	slices.SortFunc(all, func(a, b template) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.key, b.key)) })
	return all
}
