package ingest

import (
	"hash/maphash"

	"avatar-launcher/backend/logs"
)

var seed = maphash.MakeSeed()

// fingerprint tells apart two records with the same number. It leaves out the arrival, since a repeated put arrives
// twice.
func fingerprint(e *logs.Entry) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	if e.Stamped {
		maphash.WriteComparable(&h, e.At.UnixNano())
	}
	_, _ = h.WriteString(e.Level)
	_, _ = h.WriteString(e.Source)
	_, _ = h.WriteString(e.Text)
	return h.Sum64()
}
