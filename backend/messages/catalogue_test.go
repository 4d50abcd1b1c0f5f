package messages

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
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

// isForm reports whether a key is a form of a text: its siblings are forms too, and one of them is "other".
func (c *Catalogue) isForm(key string) bool {
	i := strings.LastIndexByte(key, '.')
	_, ok := c.leaves[key[:max(i, 0)]+"."+other]
	return i > 0 && slices.Contains(forms, key[i+1:]) && ok
}

// categoriesOf lists the plural categories of a language's whole numbers.
func (c *Catalogue) categoriesOf() []string {
	var all []string
	for n := range 201 {
		all = append(all, categories[plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0)])
	}
	slices.Sort(all)
	return slices.Compact(append(all, other))
}

// TestEveryLanguageIsComplete holds each file to the texts of the English one, each text to its values, and each text
// that English has a plural of to the categories of the language.
func TestEveryLanguageIsComplete(t *testing.T) {
	values := func(s string) []string {
		all := placeholder.FindAllString(s, -1)
		slices.Sort(all)
		return slices.Compact(all)
	}
	en := read(t, Default)
	for _, name := range Languages() {
		c := read(t, name)
		for _, key := range en.Keys() {
			stem := strings.TrimSuffix(key, ".one")
			switch text, ok := c.leaves[key]; {
			case en.isForm(key) && stem != key:
				all := values(en.leaves[stem+"."+other])
				for _, form := range c.categoriesOf() {
					text, ok := c.leaves[stem+"."+form]
					if !ok {
						t.Errorf("%s has no %s.%s", name, stem, form)
					}
					// A form may say its number in words, such as "a line", or leave out what English leaves out.
					counted := slices.DeleteFunc(slices.Clone(all), isCount)
					if got := values(text); !slices.Equal(got, all) && !slices.Equal(got, counted) &&
						!slices.Equal(got, values(en.leaves[key])) {
						t.Errorf("%s: %s.%s has the values %v, want %v", name, stem, form, got, all)
					}
				}
			case !ok:
				t.Errorf("%s has no %s", name, key)
			case text == "" && en.leaves[key] != "":
				t.Errorf("%s: %s is empty", name, key)
			case !slices.Equal(values(text), values(en.leaves[key])):
				t.Errorf("%s: %s has the values %v, want %v", name, key, values(text), values(en.leaves[key]))
			}
		}
		for _, key := range c.Keys() {
			stem := key[:max(strings.LastIndexByte(key, '.'), 0)]
			plural := c.isForm(key) && en.leaves[stem+".one"] != "" && slices.Contains(forms, key[len(stem)+1:])
			if _, ok := en.leaves[key]; !ok && !plural {
				t.Errorf("%s has %s, which English does not", name, key)
			}
		}
	}
}

// isCount reports whether a value is the one that chooses the form.
func isCount(value string) bool { return value == "{0}" }

func TestSay(t *testing.T) {
	c := &Catalogue{tag: language.English, leaves: map[string]string{
		"a": "plain", "b.other": "{0} of {1}", "c.one": "1 line", "c.other": "{0} lines", "d.none": "nobody",
		"d.other": "hello {0}",
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
		{[]string{"de_AT.UTF-8"}, "de"}, {[]string{"tlh", "es-MX"}, "es"},
		{[]string{"en_GB.UTF-8"}, "en"}, {[]string{"", "en"}, "en"}, {[]string{"tlh"}, "en"}, {nil, "en"},
		{[]string{"C"}, "en"},
	} {
		if got := Pick(tc.wanted...); got != tc.want {
			t.Errorf("Pick(%q) = %q, want %q", tc.wanted, got, tc.want)
		}
	}
}

// internal are words of the services and of the code, which users must not have to know.
var (
	internal = regexp.MustCompile(
		`(?i)\b(cognito|ec2|kinesis|eventbridge|route 53|arm(s|ed|ing)?|claim(s|ed|ing)?|epochs?|` +
			`leases?|shards?)\b|It was not possible to|if it stays`)
	// settings are keys of the configuration, which are called what they are called.
	settings  = regexp.MustCompile(`\bcognito\.\w+`)
	straights = regexp.MustCompile(`[a-z]'[a-z]`)
	// british are spellings of words that the catalogue spells as AWS does.
	british = regexp.MustCompile(`(?i)organis|behaviour|colour|initialis|authoris|recognis`)
)

// forAdministrators are the prefixes of texts that administrators read, who know the words of AWS: those of the
// fleet page, the commands and checks that set an account up, the configuration file, and what the keeper reports.
var forAdministrators = []string{
	"fleet.", "messages.account.", "messages.config.", "messages.doctor.", "messages.keep.",
	"messages.commands.setup.", "messages.commands.keep.", "messages.commands.cloud.", "messages.commands.doctor.",
	"messages.fleet.askOperatorRequestHigher", "messages.fleet.claimedButNoSession",
	"messages.fleet.ec2CannotKeepRunning", "messages.fleet.ec2GivesNoReason", "messages.fleet.route53DidntTake",
}

func isForAdministrators(key string) bool {
	return slices.ContainsFunc(forAdministrators, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// foreign are words that a translation must not have: those of the other way to address people, straight quotes around
// words, and things that have another name in all other texts.
var foreign = map[string]*regexp.Regexp{
	"de": regexp.MustCompile(
		`(?i)\b(du|dein|deine|deiner|deinen|deinem|dich|dir|euch|operator(en)?|bitte|log|stream|einloggen|ausloggen)\b|\b[a-zäöüß]+'s?\b`,
	),
	"es": regexp.MustCompile(
		`(?i)\b(usted|ustedes|vosotros|operador|computadora|logs?|stream|pool|stack|launcher|por favor)\b`),
}

// TestTextsForUsersAreInTheirWords keeps internal words out of what users read, in window, tray, messages and
// commands, typewriter apostrophes out of the window and the tray, and everything in one spelling.
func TestTextsForUsersAreInTheirWords(t *testing.T) {
	c, checked := read(t, Default), 0
	for _, key := range c.Keys() {
		text := c.leaves[key]
		if !strings.HasPrefix(key, section) && straights.MatchString(text) {
			t.Errorf("%s has a straight apostrophe: %q", key, text)
		}
		if word := british.FindString(text); word != "" {
			t.Errorf("%s is spelled in another way than the rest, at %q: %q", key, word, text)
		}
		if isForAdministrators(key) {
			continue
		}
		checked++
		if word := internal.FindString(settings.ReplaceAllString(text, "")); word != "" {
			t.Errorf("%s says %q to users: %q", key, word, text)
		}
	}
	if checked < 1000 {
		t.Errorf("only %d texts were checked", checked)
	}
}

// TestTranslationsKeepTheirWords keeps the internal words out of translations too, and each translation to one way of
// addressing people and one name for a thing.
func TestTranslationsKeepTheirWords(t *testing.T) {
	names := regexp.MustCompile(`Avatar Launcher|avatar-launcher|„operator“|«operator»|--[a-z-]+`)
	for language, banned := range foreign {
		c := read(t, language)
		for _, key := range c.Keys() {
			text := settings.ReplaceAllString(names.ReplaceAllString(c.leaves[key], ""), "")
			if word := banned.FindString(text); word != "" {
				t.Errorf("%s: %s says %q: %q", language, key, word, text)
			}
			if word := internal.FindString(text); word != "" && !isForAdministrators(key) {
				t.Errorf("%s: %s says %q to users: %q", language, key, word, text)
			}
		}
	}
}
