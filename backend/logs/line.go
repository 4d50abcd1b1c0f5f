// Package logs is what the instance says: records read from Kinesis into one ordered, bounded, searchable log.
package logs

import "time"

// Line is one line of the log.
type Line struct {
	Seq        uint64    `json:"seq"` // the log's own number: 1, 2, 3, … in the order shown
	At         time.Time `json:"at"`  // when the producer wrote it; when it arrived in the stream, where it did not say
	Level      string    `json:"level"`
	Source     string    `json:"source"` // boot, unreal, signalling, agent; "launcher" for the log's own remarks
	Text       string    `json:"text"`
	InstanceID string    `json:"instanceId"`
	Gap        uint64    `json:"gap"` // more than 0: a remark that this many records of the producer never came

	// Style is how a terminal would have shown it, as runs of UTF-16 units: "0-5 red bold;9-12 bright-green".
	Style string `json:"style,omitempty"`
	// Marks are the places that the query found, as pairs of beginning and end in UTF-16 units.
	Marks []int `json:"marks,omitempty"`
}

// Query picks lines. The zero value picks the last 1,000.
type Query struct {
	After  uint64 `json:"after"`  // only lines with a greater Seq
	Before uint64 `json:"before"` // only lines with a smaller Seq, 0 for no bound
	Limit  int    `json:"limit"`  // at most this many: the newest of them, or with After the oldest; 0 for 1,000, at most 5,000
	Oldest bool   `json:"oldest"` // the oldest of them, without After too
	Newest bool   `json:"newest"` // the newest of them, with After too
	Level  string `json:"level"`  // at least this level: debug, info, warn, error; "" for all
	Source string `json:"source"` // exactly this source; "" for all
	Text   string `json:"text"`   // lines that contain it, whatever its case

	Pattern string    `json:"pattern"` // lines that this regular expression (RE2) matches; "" for all
	Since   time.Time `json:"since"`   // lines written at this time or later; zero for all
	Context bool      `json:"context"` // of a Search: the lines that Text and Pattern leave out too
}

// Page is what a Query found, oldest first. Last is the last number given, even where Clear has left no line.
type Page struct {
	Lines   []Line `json:"lines"`
	First   uint64 `json:"first"`   // Seq of the oldest line that is kept, 0 if there is none
	Last    uint64 `json:"last"`    // Seq of the newest line that is kept
	Dropped uint64 `json:"dropped"` // lines that the bound has pushed out for good
	Older   uint64 `json:"older"`   // lines that it has pushed into files, where Export finds them
	Problem string `json:"problem"` // why Pattern was not taken, in which case there are no lines; else empty

	Sources []string `json:"sources"` // that have spoken, in the order of the alphabet

	// Of a Search:
	Matches   int  `json:"matches"`   // lines that match, found so far
	Before    int  `json:"before"`    // of these, those before the first of Lines
	Searching bool `json:"searching"` // more may be found
}

// Metrics is the instance's last metrics record. A nil field was not in it.
type Metrics struct {
	At      time.Time `json:"at"`
	CPU     *float64  `json:"cpu"`    // percent
	GPU     *float64  `json:"gpu"`    // percent
	Mem     *float64  `json:"mem"`    // percent
	NetOut  *float64  `json:"netOut"` // bytes a second
	FPS     *float64  `json:"fps"`
	Players *float64  `json:"players"`
}

// Stats counts what has come since New.
type Stats struct {
	Records    uint64 `json:"records"`    // Kinesis records read
	Others     uint64 `json:"others"`     // lines of other instances on the same shard, left out
	Malformed  uint64 `json:"malformed"`  // records shown as malformed
	Duplicates uint64 `json:"duplicates"` // lines that came again, left out
	Lost       uint64 `json:"lost"`       // records of the producer that never came
	Dropped    uint64 `json:"dropped"`    // lines that the bound has pushed out
	Lines      int    `json:"lines"`      // lines kept now
	Bytes      int    `json:"bytes"`      // what they take, in bytes
}
