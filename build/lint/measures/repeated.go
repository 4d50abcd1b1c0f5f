package main

import (
	"go/scanner"
	"go/token"
	"hash/maphash"
)

// window is how many tokens alike make a repetition; that is about ten lines.
const window = 100

// repeated counts the lines that are part of a run of tokens which is there a second time, whatever its names and
// values are. Imports and package clauses are left out.
func (p *project) repeated(tests bool) (lines int) {
	type place struct{ file, at int }
	seed := maphash.MakeSeed()
	places := map[uint64][]place{}
	var all [][]tokenAt
	for _, f := range p.files {
		if f.test != tests {
			continue
		}
		tokens := shape(f)
		for at := 0; at+window <= len(tokens); at++ {
			var h maphash.Hash
			h.SetSeed(seed)
			for _, t := range tokens[at : at+window] {
				_ = h.WriteByte(byte(t.kind))
			}
			places[h.Sum64()] = append(places[h.Sum64()], place{len(all), at})
		}
		all = append(all, tokens)
	}
	marked := make([]map[int]bool, len(all))
	for _, found := range places {
		if len(found) < 2 {
			continue
		}
		for _, x := range found {
			if marked[x.file] == nil {
				marked[x.file] = map[int]bool{}
			}
			for _, t := range all[x.file][x.at : x.at+window] {
				marked[x.file][t.line] = true
			}
		}
	}
	for _, m := range marked {
		lines += len(m)
	}
	return lines
}

// tokenAt is one token of a file.
type tokenAt struct {
	kind token.Token
	line int
}

// shape returns a file's tokens after its imports.
func shape(f *file) []tokenAt {
	set := token.NewFileSet()
	source := set.AddFile(f.path, -1, len(f.src))
	var s scanner.Scanner
	s.Init(source, f.src, nil, 0)
	skip := 0
	for _, i := range f.ast.Imports {
		skip = max(skip, int(i.End()-f.ast.FileStart))
	}
	var out []tokenAt
	for {
		pos, kind, _ := s.Scan()
		if kind == token.EOF {
			return out
		}
		if source.Offset(pos) > skip {
			out = append(out, tokenAt{kind, source.Line(pos)})
		}
	}
}
