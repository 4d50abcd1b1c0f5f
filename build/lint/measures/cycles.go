package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// cycles counts the groups of nodes that reach one another (Tarjan's strongly connected components of
// more than one node).
func cycles(edges map[string][]string) (n int) {
	index, low, onStack := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var visit func(string)
	visit = func(v string) {
		index[v] = len(index) + 1
		low[v] = index[v]
		stack, onStack[v] = append(stack, v), true
		for _, w := range edges[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if onStack[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		size := 0
		for done := false; !done; size++ {
			last := stack[len(stack)-1]
			stack, onStack[last], done = stack[:len(stack)-1], false, last == v
		}
		if size > 1 {
			n++
		}
	}
	for v := range edges {
		if index[v] == 0 {
			visit(v)
		}
	}
	return n
}

var imported = regexp.MustCompile(`(?:from|import)\s*\(?['"](\.[^'"]+)['"]`)

// pageCycles counts the import cycles of the page's modules.
func pageCycles(root string) (int, error) {
	folder := filepath.Join(root, "frontend", "src")
	known := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".css") {
			return err
		}
		text, err := os.ReadFile(name)
		rel, relErr := filepath.Rel(folder, name)
		known[filepath.ToSlash(rel)] = string(text)
		return errors.Join(err, relErr)
	})
	edges := map[string][]string{}
	for from, text := range known {
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			to := path.Join(path.Dir(from), m[1])
			for _, end := range []string{"", ".ts", ".svelte.ts", ".svelte"} {
				if _, there := known[to+end]; there {
					edges[from] = append(edges[from], to+end)
				}
			}
		}
	}
	return cycles(edges), err
}
