package logs

import (
	"context"
	"iter"
	"time"
)

// Source reads what instances log. Package kinesis reads a stream; package ingest helps any Source to decode and order.
type Source interface {
	// Read returns the log of an instance until ctx is done. It yields each line once and in order, or a gap in its
	// place. It retries by itself, and yields a remark if it cannot read. When ctx is done, it yields what it still
	// holds back. The log is of one user, so nothing may be yielded that arrived before Request.Since.
	Read(ctx context.Context, r Request) iter.Seq[Batch]
}

// Request is what Source.Read reads.
type Request struct {
	InstanceID string
	Since      time.Time // read what arrived then or later, by the Source's clock
	Cursor     Cursor    // of the last Batch of an earlier Read with the same Since, to continue there; else nil
}

// Cursor is how far a Source has read for one instance. Only the Source looks into it. It may change while it is used,
// and is used by one Read at a time.
type Cursor any

// Batch is what a Source has read since the last one.
type Batch struct {
	Entries []Entry
	Counts  Counts
	Cursor  Cursor
	ReadTo  time.Time // the latest arrival of a record that was read; zero before the first
	Now     time.Time // the present time by the clock that stamps arrivals; zero for the local clock
}

// Counts are what a Source counts.
type Counts struct {
	Records    uint64 `json:"records"`    // records read
	Others     uint64 `json:"others"`     // lines of other instances in the same place, left out
	Malformed  uint64 `json:"malformed"`  // records shown as malformed
	Duplicates uint64 `json:"duplicates"` // repeated lines, left out
	Lost       uint64 `json:"lost"`       // records that are missing
}

// Add adds n to c.
func (c *Counts) Add(n Counts) {
	c.Records += n.Records
	c.Others += n.Others
	c.Malformed += n.Malformed
	c.Duplicates += n.Duplicates
	c.Lost += n.Lost
}
