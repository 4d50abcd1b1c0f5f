package messages

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// use is one place in the code that makes a Message.
type use struct {
	id   string
	args int
	at   string
}

// placeholder stands for an argument.
var placeholder = regexp.MustCompile(`\{\d\}`)

// usesIn reads what a file calls messages.New and i18n.Text with. It complains of an ID that is no literal, which
// nothing could check.
func usesIn(t *testing.T, name string) (uses []use) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isNew(call.Fun) || len(call.Args) == 0 {
			return true
		}
		at := set.Position(call.Pos())
		id, ok := call.Args[0].(*ast.BasicLit)
		if !ok || call.Ellipsis.IsValid() {
			t.Errorf("%s: the ID and the number of arguments must be seen in the code", at)
			return true
		}
		text, _ := strconv.Unquote(id.Value)
		uses = append(uses, use{text, len(call.Args) - 1, at.String()})
		return true
	})
	return uses
}

func isNew(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && (pkg.Name == "messages" && s.Sel.Name == "New" || pkg.Name == "i18n" && s.Sel.Name == "Text")
}

// uses reads the code of the program, tests apart.
func uses(t *testing.T) (all []use) {
	t.Helper()
	for _, root := range []string{"../../app", ".."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				all = append(all, usesIn(t, path)...)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d messages were found", len(all))
	}
	return all
}

// textsOf returns the forms of a message's text.
func (c *Catalogue) textsOf(id string) map[string]string {
	texts := map[string]string{}
	if text, ok := c.leaves[section+id]; ok {
		texts[""] = text
	}
	for _, form := range forms {
		if text, ok := c.leaves[section+id+"."+form]; ok {
			texts[form] = text
		}
	}
	return texts
}

// TestCodeAndCatalogueAgree checks that each message that the code makes is in the catalogue and takes as many
// arguments, and that the code makes each message of the catalogue.
func TestCodeAndCatalogueAgree(t *testing.T) {
	c, made := read(t, Default), map[string]bool{}
	for _, u := range uses(t) {
		made[u.id] = true
		texts := c.textsOf(u.id)
		if len(texts) == 0 {
			t.Errorf("%s: the catalogue has no message %q", u.at, u.id)
			continue
		}
		found := map[string]bool{}
		for _, text := range texts {
			for _, p := range placeholder.FindAllString(text, -1) {
				found[p] = true
			}
		}
		want := map[string]bool{}
		for n := range u.args {
			want[fmt.Sprintf("{%d}", n)] = true
		}
		if !maps.Equal(found, want) {
			t.Errorf("%s: %s takes %v, and gets %d arguments", u.at, u.id, slices.Sorted(maps.Keys(found)), u.args)
		}
	}
	for _, key := range c.Keys() {
		// The gate has its texts by ID in a file of its own: TestTextsAreTheCatalogues of backend/gate.
		if id, ok := cutSection(key); ok && !made[id] && !strings.HasPrefix(id, "gate.") {
			t.Errorf("no code makes the message %q", id)
		}
	}
}
