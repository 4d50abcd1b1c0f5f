// Command prose reads the comments, documents and texts of the project as an editor would: it reports misspelled words
// and the constructions that CONTRIBUTING.md asks not to use. It prints one line a finding and exits with 1 if there
// are any.
//
//	prose FILE…
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/golangci/misspell"
)

// A rule is a construction to avoid and what to write in its place.
type rule struct {
	pattern *regexp.Regexp
	instead string
}

func avoid(pattern, instead string) rule { return rule{regexp.MustCompile(pattern), instead} }

// rules are for comments, documents and texts alike.
var rules = []rule{
	avoid(`(?i)\bsays? whether\b`, "reports whether"),
	avoid(`(?i)\b(nil|zero|empty|none|nothing|""|0|-1) where\b`, "if"),
	avoid(`(?i)\bwhoever\b`, "name who: the caller, the user, the keeper"),
	avoid(`(?i)\bit was not possible to\b`, "couldn't, or what did not happen"),
	avoid(`(?i)\bif it stays\b`, "if it keeps happening"),
	avoid(`(?i)\bso that it is known whose\b`, "say what to do"),
	avoid(`(?i)\bbehind (the|a) (user|caller|call)s?['’]s? backs?\b`, "in the background"),
	avoid(`(?i)\bis (a|an|the) \w+ of (its|their|his|her) own making\b`, "name it"),
	avoid(`(?i)\bas good as (none|nothing)\b`, "counts as"),
}

// shown are for texts that people read in the window, in the terminal and in documents.
var shown = []rule{
	avoid(`(?i)\bAWS is being asked too much\b`, "AWS is limiting requests"),
	avoid(`(?i)\bwhat you told of yourself\b`, "those details"),
}

func main() {
	speller := misspell.New()
	found := 0
	for _, name := range os.Args[1:] {
		data, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, "prose:", err)
			os.Exit(2)
		}
		for n, line := range strings.Split(string(data), "\n") {
			text, asked := words(name, line)
			if text == "" {
				continue
			}
			all := rules
			if asked {
				all = append(append([]rule(nil), rules...), shown...)
			}
			for _, r := range all {
				if at := r.pattern.FindString(text); at != "" {
					fmt.Printf("%s:%d: %q: write %s\n", name, n+1, at, r.instead)
					found++
				}
			}
			_, changes := speller.Replace(text)
			for _, c := range changes {
				fmt.Printf("%s:%d: %q is misspelled: %s\n", name, n+1, c.Original, c.Corrected)
				found++
			}
		}
	}
	if found > 0 {
		os.Exit(1)
	}
}

// words returns what a person reads of a line, and whether it is text that users are shown.
func words(name, line string) (text string, shown bool) {
	switch filepath.Ext(name) {
	case ".md", ".json":
		return line, true
	case ".go", ".ts", ".svelte", ".mjs", ".js", ".css":
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "*") || strings.HasPrefix(trimmed, "/*") ||
			strings.HasPrefix(trimmed, "<!--") {
			return trimmed, false
		}
		_, comment, _ := strings.Cut(line, "//")
		return comment, false
	case ".py", ".sh", ".yaml", "":
		_, comment, _ := strings.Cut(line, "#")
		return comment, false
	}
	return "", false
}
