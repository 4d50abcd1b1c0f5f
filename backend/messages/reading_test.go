package messages

import (
	"regexp"
	"strings"
	"testing"
)

var (
	sentenceEnd = regexp.MustCompile(`[.!?:]+(\s|$)|\n`)
	word        = regexp.MustCompile(`[\p{L}’']+`)
	// A final e is silent, but for that of "le"; so are those of most endings in "es" and "ed".
	silent = regexp.MustCompile(`([^laeiouy]es|ed|[^laeiouy]e)$`)
	vowels = regexp.MustCompile(`[aeiouy]+`)
)

// syllables estimates how many syllables an English word has, by its groups of vowels.
func syllables(w string) int {
	w = silent.ReplaceAllString(strings.ToLower(w), "")
	return max(1, len(vowels.FindAllString(strings.TrimPrefix(w, "y"), -1)))
}

// sentences returns the words of each sentence of a text; a value counts as one word.
func sentences(text string) (all [][]string) {
	for _, s := range sentenceEnd.Split(placeholder.ReplaceAllString(text, "it"), -1) {
		if words := word.FindAllString(s, -1); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// grade returns the Flesch–Kincaid grade: the year of a school in the United States whose pupils understand a text.
// J. P. Kincaid et al., "Derivation of New Readability Formulas", Research Branch Report 8-75, 1975.
func grade(all [][]string) float64 {
	words, parts := 0, 0
	for _, s := range all {
		words += len(s)
		for _, w := range s {
			parts += syllables(w)
		}
	}
	return 0.39*float64(words)/float64(len(all)) + 11.8*float64(parts)/float64(words) - 15.59
}

func TestGrade(t *testing.T) {
	for text, want := range map[string][2]float64{
		"The cat sat on the mat. It was warm.": {-4, 2},
		"Organisational considerations necessitate comprehensive documentation of administrative responsibilities.": {20, 60},
	} {
		if got := grade(sentences(text)); got < want[0] || got > want[1] {
			t.Errorf("grade %.1f of %q, want one in %v", got, text, want)
		}
	}
}

// TestTextsForUsersAreEasyToRead bounds the reading age of what users read in English, and the length of its sentences
// in every language. Texts of fewer than four words are labels.
func TestTextsForUsersAreEasyToRead(t *testing.T) {
	const hardest, longest, label = 5.0, 25, 4
	for _, language := range Languages() {
		c := read(t, language)
		var all [][]string
		for _, key := range c.Keys() {
			text := sentences(c.leaves[key])
			if isForAdministrators(key) || len(word.FindAllString(c.leaves[key], -1)) < label {
				continue
			}
			all = append(all, text...)
			for _, s := range text {
				if len(s) > longest {
					t.Errorf("%s: %s has a sentence of %d words: %q", language, key, len(s), strings.Join(s, " "))
				}
			}
		}
		if got := grade(all); language == Default && got > hardest {
			t.Errorf("%d sentences have the grade %.1f, more than %v", len(all), got, hardest)
		} else if language == Default {
			t.Logf("%d sentences have the grade %.1f", len(all), got)
		}
	}
}
