package logs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func exported(t *testing.T, b *Book, q Query) []string {
	t.Helper()
	var out bytes.Buffer
	if _, err := b.Export(&out, q); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestExportIncludesSpilledLines(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "older")
	_ = os.MkdirAll(dir, 0o700)
	left := filepath.Join(dir, "older-of-a-killed-process.jsonl")
	_ = os.WriteFile(left, []byte("{}\n"), 0o600)
	const n = 3*chunkLines + 100
	b := filled(n, Options{MaxLines: 1000, OlderDir: dir})
	p := b.Lines(Query{Limit: 1})
	if p.Older != n-1000 || p.Dropped != 0 || p.First != n-999 {
		t.Errorf("older %d, dropped %d, first %d", p.Older, p.Dropped, p.First)
	}
	all := exported(t, b, Query{})
	for i, line := range all {
		if !strings.HasSuffix(line, fmt.Sprintf(" Line %d of the boot", i+1)) {
			t.Fatalf("line %d is %q", i+1, line)
		}
	}
	if len(all) != n {
		t.Errorf("%d lines", len(all))
	}
	some := exported(t, b, Query{Level: "error", Text: "LINE 1"})
	if !strings.HasSuffix(some[0], "unreal     Line 10 of the boot") || len(some) != 350 {
		t.Errorf("%d lines, the first %q", len(some), some[0])
	}
	if some := exported(t, b, Query{After: 5, Before: 8}); len(some) != 2 {
		t.Errorf("%q", some)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 || files[0] == left {
		t.Fatalf("files %q", files)
	}
	if info, _ := os.Stat(files[0]); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	b.Clear()
	if p := b.Lines(Query{}); p.Older != 0 || len(exported(t, b, Query{})[0]) != 0 {
		t.Errorf("after Clear: %+v", p)
	}
	b.append(make([]Entry, 10))
	b.Close()
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 0 {
		t.Errorf("left behind: %q", files)
	}
}

func TestSpillDeletesTheOldestFiles(t *testing.T) {
	dir := t.TempDir()
	const file = 2 << 20
	b := New(Options{MaxLines: 10, OlderDir: dir, OlderBytes: 3 * file})
	b.spill.file = file
	text := strings.Repeat("x", 60_000)
	const n = 300 // 18 MB
	for i := range n {
		add(b, "info", fmt.Sprint(i+1, " ", text))
	}
	p := b.Lines(Query{Limit: 1})
	if p.Dropped == 0 || p.Dropped+p.Older != n-10 {
		t.Fatalf("older %d, dropped %d", p.Older, p.Dropped)
	}
	all := exported(t, b, Query{})
	if want := fmt.Sprintf("# %d older lines are no longer kept", p.Dropped); all[0] != want ||
		len(all) != 1+n-int(p.Dropped) {
		t.Errorf("%q, %d rows", all[0], len(all))
	}
	if !strings.Contains(all[1][:80], fmt.Sprint(" ", p.Dropped+1, " x")) {
		t.Errorf("the first line kept is %q", all[1][:80])
	}
	var size int64
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		info, _ := os.Stat(f)
		size += info.Size()
	}
	if size > 3*file+2*chunkBytes {
		t.Errorf("%d bytes in %d files", size, len(files))
	}
	b.Close()
}

func TestSpillCountsLinesItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	_ = os.WriteFile(file, nil, 0o600)
	b := filled(3*chunkLines, Options{MaxLines: 10, OlderDir: file}) // no folder
	p := b.Lines(Query{Limit: 1})
	if p.Dropped != 2*chunkLines || p.Older != chunkLines-10 {
		t.Errorf("older %d, dropped %d", p.Older, p.Dropped)
	}
	if all := exported(t, b, Query{}); all[0] != fmt.Sprintf("# %d older lines are no longer kept", 2*chunkLines) ||
		len(all) != chunkLines+1 {
		t.Errorf("%q, %d rows", all[0], len(all))
	}
}
