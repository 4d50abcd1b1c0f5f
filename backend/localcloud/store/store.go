// Package store keeps the embedded cloud's state: buckets of keys and values, written in atomic batches that are
// on the disk when Apply returns. Services hold their working state in memory and write what changed here before
// they answer, so that a kill loses no acknowledged write.
package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Op is one write of a batch: Value nil deletes the key.
type Op struct {
	Bucket, Key string
	Value       []byte
}

// Store is durable where it has a file, and forgets everything (but checks nothing less) where it has none.
type Store struct {
	db *bbolt.DB
	// OnTrouble is told why when writes begin to fail. Set it before the first of them.
	OnTrouble func(error)

	flushing sync.Mutex // held over a write to the disk

	mu      sync.Mutex // guards everything below
	trouble error
	next    *batch // gathers callers for the next flush
}

// ErrInUse says that another process has the state open.
var ErrInUse = errors.New("the embedded cloud's state is in use by another process")

// Open opens DIR/cloud.db, creating it; dir "" gives a store that keeps nothing.
func Open(dir string) (*Store, error) {
	if dir == "" {
		return &Store{}, nil
	}
	path := filepath.Join(dir, "cloud.db")
	options := &bbolt.Options{Timeout: time.Second, NoFreelistSync: true}
	db, err := bbolt.Open(path, 0o600, options)
	if err != nil && stillborn(path) {
		_ = os.Remove(path)
		db, err = bbolt.Open(path, 0o600, options)
	}
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("open the embedded cloud's state in %s: %w", dir, err)
	}
	return &Store{db: db}, nil
}

// stillborn reports whether the file never became a database: its first four pages are written before anything else,
// and a full disk or a kill may have cut that off.
func stillborn(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.Size() > 4*int64(os.Getpagesize()) {
		return false
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, ReadOnly: true})
	if err == nil {
		_ = db.Close()
	}
	return err != nil && !errors.Is(err, berrors.ErrTimeout)
}

// Durable reports whether anything outlives the store: where not, a caller need not describe many small writes.
func (s *Store) Durable() bool { return s != nil && s.db != nil }

// Apply writes all ops or none. Concurrent callers share a disk flush.
func (s *Store) Apply(ops ...Op) error {
	if !s.Durable() || len(ops) == 0 {
		return nil
	}
	err := s.together(ops)
	s.mu.Lock()
	began := err != nil && s.trouble == nil
	s.trouble = err
	s.mu.Unlock()
	if began && s.OnTrouble != nil {
		s.OnTrouble(err)
	}
	return err
}

// batch is the writes of callers who share a flush. Its first caller writes it.
type batch struct {
	sets [][]Op
	errs []error // one a set, once done is closed
	done chan struct{}
}

// together writes ops with those of the callers that come while an earlier batch is being flushed. A caller that comes
// alone does not wait for others.
func (s *Store) together(ops []Op) error {
	s.mu.Lock()
	b := s.next
	first := b == nil
	if first {
		b = &batch{done: make(chan struct{})}
		s.next = b
	}
	at := len(b.sets)
	b.sets = append(b.sets, ops)
	s.mu.Unlock()
	if first {
		s.flush(b)
	} else {
		<-b.done
	}
	return b.errs[at]
}

func (s *Store) flush(b *batch) {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	defer close(b.done)
	s.mu.Lock()
	s.next = nil
	s.mu.Unlock()
	b.errs = make([]error, len(b.sets))
	if s.db.Update(func(tx *bbolt.Tx) error { return put(tx, b.sets...) }) == nil {
		return
	}
	for i, ops := range b.sets { // each by itself, so that one that fails takes no other along
		b.errs[i] = s.db.Update(func(tx *bbolt.Tx) error { return put(tx, ops) })
	}
}

func put(tx *bbolt.Tx, sets ...[]Op) error {
	for _, op := range slices.Concat(sets...) {
		b, err := tx.CreateBucketIfNotExists([]byte(op.Bucket))
		if err != nil {
			return err
		}
		if op.Value == nil {
			err = b.Delete([]byte(op.Key))
		} else {
			err = b.Put([]byte(op.Key), op.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Trouble is why the last write failed, nil if it did not.
func (s *Store) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// Each calls fn for every key of a bucket in byte order; the value is valid after the call.
func (s *Store) Each(bucket string, fn func(key string, value []byte) error) error {
	if !s.Durable() {
		return nil
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error { return fn(string(k), append([]byte(nil), v...)) })
	})
}

// Get returns a key's value, nil if there is none.
func (s *Store) Get(bucket, key string) []byte {
	var out []byte
	if !s.Durable() {
		return nil
	}
	_ = s.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket([]byte(bucket)); b != nil {
			out = append(out, b.Get([]byte(key))...)
		}
		return nil
	})
	return out
}

// Close releases the file.
func (s *Store) Close() error {
	if !s.Durable() {
		return nil
	}
	return s.db.Close()
}
