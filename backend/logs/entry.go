package logs

import (
	"hash/maphash"
	"time"
)

// launcherSource is the source of the launcher's own remarks.
const launcherSource = "launcher"

// entry is a decoded line or metrics record before it is stored.
type entry struct {
	at      time.Time // when the producer wrote it; arrived if it did not say
	arrived time.Time // when it arrived in the stream
	level   string
	source  string
	text    string
	style   string // see Line
	iid     string // "" if unknown
	gap     uint64
	metrics *Metrics // set for a metrics record, which is no line

	sequenced bool   // the producer numbered it
	seq       uint64 // its number
	stamped   bool   // the producer wrote the time
}

var seed = maphash.MakeSeed()

// fingerprint tells apart two records with the same number. It leaves out the arrival, since a repeated put arrives
// twice.
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
