package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

const module = "avatar-launcher"

// file is one Go file.
type file struct {
	path string // below the project's root, with slashes
	test bool
	src  []byte
	ast  *ast.File
}

// project is all Go code of the program: main.go, app and backend.
type project struct {
	fset  *token.FileSet
	files []*file
}

func readGo(root string) (*project, error) {
	p := &project{fset: token.NewFileSet()}
	return p, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		first, _, below := strings.Cut(rel, "/")
		if d.IsDir() {
			if rel != "." && first != "app" && first != "backend" || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || !below && rel != "main.go" {
			return nil
		}
		return p.add(name, rel)
	})
}

func (p *project) add(name, rel string) error {
	src, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	tree, err := parser.ParseFile(p.fset, rel, src, parser.ParseComments)
	if err != nil {
		return err
	}
	p.files = append(p.files, &file{rel, strings.HasSuffix(rel, "_test.go"), src, tree})
	return nil
}

// packages lists the folders that hold code.
func (p *project) packages() []string {
	var out []string
	for _, f := range p.files {
		if !f.test {
			out = append(out, path.Dir(f.path))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (f *file) lines() int { return bytes.Count(f.src, []byte("\n")) }

func (p *project) lines(of func(*file) bool) (n int) {
	for _, f := range p.files {
		if of(f) {
			n += f.lines()
		}
	}
	return n
}

// functions returns the lengths of all functions and methods in lines, sorted.
func (p *project) functions(tests bool) []int {
	var out []int
	for _, f := range p.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && f.test == tests {
				out = append(out, p.fset.Position(fn.End()).Line-p.fset.Position(fn.Pos()).Line+1)
			}
		}
	}
	slices.Sort(out)
	return out
}

// quantile returns the value of a sorted list that the share q of it does not exceed.
func quantile(sorted []int, q float64) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func (p *project) longFiles(limit int, tests bool) (out []string) {
	for _, f := range p.files {
		if n := f.lines(); f.test == tests && n > limit {
			out = append(out, fmt.Sprintf("%s: %d", f.path, n))
		}
	}
	return out
}

func (p *project) longLines(limit int) (out []string) {
	for _, f := range p.files {
		number := 0
		for line := range bytes.Lines(f.src) {
			number++
			if n := utf8.RuneCount(bytes.TrimRight(line, "\r\n")); n > limit {
				out = append(out, fmt.Sprintf("%s:%d: %d", f.path, number, n))
			}
		}
	}
	return out
}

// exported counts the exported names of packages, methods of exported types included, and lists those without a
// comment. A comment on a group counts for each name in it.
func (p *project) exported() (all int, undocumented []string) {
	count := func(name *ast.Ident, documented bool) {
		if !name.IsExported() {
			return
		}
		all++
		if !documented {
			undocumented = append(undocumented, p.fset.Position(name.Pos()).String()+": "+name.Name)
		}
	}
	for _, f := range p.files {
		if f.test || f.ast.Name.Name == "main" {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || ast.IsExported(receiver(d)) {
					count(d.Name, d.Doc != nil)
				}
			case *ast.GenDecl:
				countSpecs(d, count)
			}
		}
	}
	return all, undocumented
}

func countSpecs(d *ast.GenDecl, count func(*ast.Ident, bool)) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			count(s.Name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
		case *ast.ValueSpec:
			for _, name := range s.Names {
				count(name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
			}
		}
	}
}

// receiver is the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// imports maps each package to those of ours that it imports.
func (p *project) imports() map[string][]string {
	out := map[string][]string{}
	for _, f := range p.files {
		if f.test {
			continue
		}
		from := path.Dir(f.path)
		for _, i := range f.ast.Imports {
			if to, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module+"/"); ours {
				out[from] = append(out[from], to)
			}
		}
	}
	return out
}
