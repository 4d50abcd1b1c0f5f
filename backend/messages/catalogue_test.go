package messages

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func read(t *testing.T, language string) *Catalogue {
	t.Helper()
	c, err := Read(language)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEveryLanguageIsComplete holds each file to the keys of the English one, and each text to its values.
func TestEveryLanguageIsComplete(t *testing.T) {
	value := regexp.MustCompile(`\{\d\}`)
	values := func(s string) []string {
		all := value.FindAllString(s, -1)
		slices.Sort(all)
		return slices.Compact(all)
	}
	en := read(t, Default)
	for _, language := range Languages() {
		c := read(t, language)
		for _, key := range en.Keys() {
			text, ok := c.leaves[key]
			switch {
			case !ok:
				t.Errorf("%s has no %s", language, key)
			case text == "" && en.leaves[key] != "":
				t.Errorf("%s: %s is empty", language, key)
			// A "one" may say its number in words.
			case strings.HasSuffix(key, ".other") && !slices.Equal(values(text), values(en.leaves[key])):
				t.Errorf("%s: %s has the values %v, want %v", language, key, values(text), values(en.leaves[key]))
			}
		}
		for _, key := range c.Keys() {
			if _, ok := en.leaves[key]; !ok {
				t.Errorf("%s has %s, which English does not", language, key)
			}
		}
	}
}

func TestSay(t *testing.T) {
	c := &Catalogue{tag: language.English, leaves: map[string]string{
		"a": "plain", "b.other": "{0} of {1}", "c.one": "1 line", "c.other": "{0} lines", "d.none": "nobody", "d.other": "hello {0}",
	}}
	for _, tc := range []struct {
		key    string
		values []any
		want   string
	}{
		{"a", nil, "plain"}, {"b", []any{2, "{0}"}, "2 of {0}"}, {"b", []any{1, 5}, "1 of 5"},
		{"c", []any{1}, "1 line"}, {"c", []any{7}, "7 lines"}, {"d", []any{""}, "nobody"}, {"d", []any{"x"}, "hello x"},
		{"no.such", nil, "no.such"}, {"no.such", []any{1}, "no.such"},
	} {
		if got := c.Say(tc.key, tc.values...); got != tc.want {
			t.Errorf("Say(%q, %v) = %q, want %q", tc.key, tc.values, got, tc.want)
		}
	}
}

func TestPick(t *testing.T) {
	for _, tc := range []struct {
		wanted []string
		want   string
	}{
		{[]string{"en_GB.UTF-8"}, "en"}, {[]string{"", "en"}, "en"}, {[]string{"tlh"}, "en"}, {nil, "en"}, {[]string{"C"}, "en"},
	} {
		if got := Pick(tc.wanted...); got != tc.want {
			t.Errorf("Pick(%q) = %q, want %q", tc.wanted, got, tc.want)
		}
	}
}

// internal are words of the services and of the code, which users must not have to know. The pages for administrators may
// use them, and so may the sentences that setup and the diagnostics say.
var (
	internal  = regexp.MustCompile(`(?i)\b(cognito|ec2|kinesis|eventbridge|route 53|arm(s|ed|ing)?|claim(s|ed|ing)?|epochs?|leases?|shards?)\b|It was not possible to|if it stays`)
	mayUse    = []string{"fleet.", sentences}
	straights = regexp.MustCompile(`[a-z]'[a-z]`)
)

// TestTextsForUsersAreInTheirWords keeps internal words and typewriter apostrophes out of the window and the tray.
func TestTextsForUsersAreInTheirWords(t *testing.T) {
	c, checked := read(t, Default), 0
	for _, key := range c.Keys() {
		if key == "" || strings.HasPrefix(key, sentences) {
			continue
		}
		checked++
		text := c.leaves[key]
		if straights.MatchString(text) {
			t.Errorf("%s has a straight apostrophe: %q", key, text)
		}
		allowed := slices.ContainsFunc(mayUse, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
		if word := internal.FindString(text); word != "" && !allowed {
			t.Errorf("%s says %q to users: %q", key, word, text)
		}
	}
	if checked < 300 {
		t.Errorf("only %d texts were checked", checked)
	}
}
