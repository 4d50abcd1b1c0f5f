package messages

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// sentences is where the sentences are among the leaves.
const sentences = "sentences."

// hole stands for a value in a sentence.
var hole = regexp.MustCompile(`\\?\{\d\\?\}`)

// template finds a sentence by what was said with values in it.
type template struct {
	form   *regexp.Regexp
	key    string
	weight int // how much of it is not values
}

// Tell says in this language what a room has said in English: a sentence of the catalogue's section "sentences", with or
// without values in it, or several in a row. What is not there is said as it is. A value that goes over the end of a sentence is
// one only where nothing else fits: else "Write one of {0}." would swallow what follows it.
func (c *Catalogue) Tell(text string) string {
	if c.Language == Default || text == "" {
		return text
	}
	if told, ok := c.sentence(text, false); ok {
		return told
	}
	parted := ""
	for i := range text {
		rest, ok := strings.CutPrefix(text[i:], ". ")
		if !ok {
			continue
		}
		before, ok := c.sentence(text[:i+1], false)
		if !ok {
			before, ok = c.sentence(text[:i], false) // a heading
			before += "."
		}
		if !ok {
			continue
		}
		if told := c.Tell(rest); told != rest {
			return before + " " + told
		}
		parted = cmp.Or(parted, before+" "+rest)
	}
	if place, rest, ok := strings.Cut(text, ": "); ok && strings.Contains(rest, " ") { // a place in a file, and what is wrong there
		if told := c.Tell(rest); told != rest {
			return place + ": " + told
		}
	}
	if told, ok := c.sentence(text, true); ok {
		return told
	}
	return cmp.Or(parted, text)
}

// sentence tells one sentence; long says that its values may have ends of sentences in them.
func (c *Catalogue) sentence(text string, long bool) (string, bool) {
	if told, ok := c.leaves[sentences+text]; ok {
		return told, true
	}
	for _, t := range c.templates() {
		values := t.form.FindStringSubmatch(text)
		if values == nil || !long && slices.ContainsFunc(values[1:], func(v string) bool { return strings.Contains(v, ". ") }) {
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
		text, ok := strings.CutPrefix(key, sentences)
		if !ok || !hole.MatchString(text) {
			continue
		}
		form := "(?s)^" + hole.ReplaceAllString(regexp.QuoteMeta(text), "(.*?)") + "$"
		all = append(all, template{regexp.MustCompile(form), key, len(hole.ReplaceAllString(text, ""))})
	}
	slices.SortFunc(all, func(a, b template) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.key, b.key)) })
	return all
}
