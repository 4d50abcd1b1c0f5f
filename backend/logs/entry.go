package logs

import (
	"hash/maphash"
	"time"
)

// launcherSource is the source of the log's own remarks.
const launcherSource = "launcher"

// entry is a line on its way from the stream into the book.
type entry struct {
	at      time.Time // when the producer wrote it, else arrived
	arrived time.Time // when it arrived in the stream
	level   string
	source  string
	text    string
	style   string // see Line
	iid     string // "" where nothing says whose line it is
	gap     uint64
	metrics *Metrics // non-nil: a metrics record, no line

	sequenced bool   // the producer numbered it
	seq       uint64 // its number
	stamped   bool   // the producer wrote the time
}

var seed = maphash.MakeSeed()

// fingerprint tells two records of the same number apart. The time of arrival is left out of it: a record that was put
// twice arrived twice.
func (e *entry) fingerprint() uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	if e.stamped {
		maphash.WriteComparable(&h, e.at.UnixNano())
	}
	_, _ = h.WriteString(e.level)
	_, _ = h.WriteString(e.source)
	_, _ = h.WriteString(e.text)
	return h.Sum64()
}
