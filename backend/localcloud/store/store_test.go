package store

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// TestAFileThatNeverBecameADatabase: what a full disk or a kill left of the first four pages is no state, and is made
// anew.
func TestAFileThatNeverBecameADatabase(t *testing.T) {
	page := os.Getpagesize()
	for _, size := range []int{0, 1, page, 2*page + 7, 4 * page} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "cloud.db"), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err != nil {
			t.Errorf("%d bytes: %v", size, err)
			continue
		}
		if err := s.Apply(Op{Bucket: "b", Key: "k", Value: []byte("v")}); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestWhatIsNoDatabaseIsLeftAlone: a longer file may be somebody's.
func TestWhatIsNoDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cloud.db")
	if err := os.WriteFile(path, make([]byte, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(dir); err == nil {
		_ = s.Close()
		t.Error("it opens")
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 100_000 {
		t.Errorf("the file is %v, %v", info, err)
	}
}

// TestAnEmptyDatabaseIsKept: one that was only created is not mistaken for what never became one.
func TestAnEmptyDatabaseIsKept(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != ErrInUse {
		t.Errorf("a second opening says %v, want %v", err, ErrInUse)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if stillborn(filepath.Join(dir, "cloud.db")) {
		t.Error("it is taken for what never became a database")
	}
}

// TestWritesThatShareAFlush writes from many callers at once: each is kept, and one that fails takes no other along.
func TestWritesThatShareAFlush(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const callers = 200
	errs := make([]error, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			op := Op{Bucket: "b", Key: strconv.Itoa(i), Value: []byte("v")}
			if i%50 == 7 {
				op.Key = "" // a key that no store takes
			}
			errs[i] = s.Apply(Op{Bucket: "first", Key: strconv.Itoa(i), Value: []byte("v")}, op)
		})
	}
	all.Wait()
	for i, err := range errs {
		failed := i%50 == 7
		if (err != nil) != failed {
			t.Errorf("caller %d: %v", i, err)
		}
		if kept := s.Get("first", strconv.Itoa(i)) != nil; kept == failed {
			t.Errorf("caller %d: kept %t", i, kept)
		}
	}
}
