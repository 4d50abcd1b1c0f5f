// Package logs is the log of an instance: ordered, bounded, searchable. A Source reads it, and the Book keeps it:
//
//   - Book stores the lines that Follow reads, answers queries, exports, and tells its subscribers of news.
//   - Search answers a query that changes as it is typed.
//   - Package textsearch finds a text in many lines.
//   - Package ingest decodes and orders what a Source reads.
//   - Package kinesis is the Source that reads a stream.
//
// This package knows no service. Another place to read logs from is another Source.
package logs

import "time"

// Line is one line of the log.
type Line struct {
	Seq        uint64    `json:"seq"` // the log's own number: 1, 2, 3, … in the order shown
	At         time.Time `json:"at"`  // when the producer wrote it, else when it arrived in the stream
	Level      string    `json:"level"`
	Source     string    `json:"source"` // boot, unreal, signalling, agent; "launcher" for its remarks
	Text       string    `json:"text"`
	InstanceID string    `json:"instanceId"`
	Gap        uint64    `json:"gap"` // greater than 0 for a remark about so many missing records

	// Style is its styling by terminal control functions, as runs of UTF-16 units: "0-5 red bold;9-12 bright-green".
	Style string `json:"style,omitempty"`
	// Marks are the matches of the query, as pairs of start and end in UTF-16 units.
	Marks []int `json:"marks,omitempty"`
}

// Query selects lines. The zero value selects the last 1,000.
type Query struct {
	After  uint64 `json:"after"`  // only lines with a greater Seq
	Before uint64 `json:"before"` // only lines with a smaller Seq, 0 for no bound
	Limit  int    `json:"limit"`  // the newest, or with After the oldest; 0 for 1,000, at most 5,000
	Oldest bool   `json:"oldest"` // select the oldest, even without After
	Newest bool   `json:"newest"` // select the newest, even with After
	Level  string `json:"level"`  // at least this level: debug, info, warn, error; "" for all
	Source string `json:"source"` // exactly this source; "" for all
	Text   string `json:"text"`   // lines that contain it, ignoring case

	Pattern string    `json:"pattern"` // lines that this regular expression (RE2) matches; "" for all
	Since   time.Time `json:"since"`   // lines written at this time or later; zero for all
	Context bool      `json:"context"` // for a Search: include the lines that Text and Pattern exclude
}

// Page is the answer to a Query, oldest line first.
type Page struct {
	Lines   []Line `json:"lines"`
	First   uint64 `json:"first"`   // Seq of the oldest line that is kept, 0 if there is none
	Last    uint64 `json:"last"`    // the last number assigned, even if Clear has removed the line
	Dropped uint64 `json:"dropped"` // lines that were evicted and are lost
	Older   uint64 `json:"older"`   // lines that were evicted to files, where Export finds them
	Problem string `json:"problem"` // why Pattern is invalid (then there are no lines); else empty

	Sources []string `json:"sources"` // that have occurred, sorted

	// Of a Search:
	Matches   int  `json:"matches"`   // lines that match, found so far
	Before    int  `json:"before"`    // of these, those before the first of Lines
	Searching bool `json:"searching"` // the search has not ended
}

// Metrics is one metrics record. A nil field was not in it.
type Metrics struct {
	At      time.Time `json:"at"`
	CPU     *float64  `json:"cpu"`    // percent
	GPU     *float64  `json:"gpu"`    // percent
	Mem     *float64  `json:"mem"`    // percent
	NetOut  *float64  `json:"netOut"` // bytes a second
	FPS     *float64  `json:"fps"`
	Players *float64  `json:"players"`
}

// Stats counts what has been read since New, and what is kept.
type Stats struct {
	Counts
	Dropped uint64 `json:"dropped"` // evicted lines
	Lines   int    `json:"lines"`   // lines kept now
	Bytes   int    `json:"bytes"`   // size of the lines kept
}
