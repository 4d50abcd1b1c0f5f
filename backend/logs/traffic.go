package logs

import "time"

const (
	// sentInterval is how often OnSent is called while the sum grows.
	sentInterval = time.Minute
	// maxSampleAge bounds how long a metrics record's rate is taken to have lasted. Records come every five seconds; what
	// was sent while none came is not known, and not counted.
	maxSampleAge = time.Minute
)

// traffic is the sum of what one instance has sent.
type traffic struct {
	instanceID string
	bytes      float64
	at         time.Time // of the newest record in bytes
	told       time.Time // when OnSent was last called
}

// reportSent adds the outgoing rates of metrics records up, and calls OnSent if that is due.
func (b *Book) reportSent(iid string, entries []Entry, now time.Time) {
	if b.opts.OnSent == nil {
		return
	}
	if sum, due := b.addSent(iid, entries, now); due {
		b.opts.OnSent(iid, sum)
	}
}

// addSent adds records up. It returns the sum, and reports whether OnSent is to be called with it.
func (b *Book) addSent(iid string, entries []Entry, now time.Time) (sum int64, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := &b.traffic
	if t.instanceID != iid {
		*t = traffic{instanceID: iid}
	}
	before := t.bytes
	for i := range entries {
		if e := &entries[i]; e.Metrics != nil && e.InstanceID == iid && e.Metrics.NetOut != nil {
			t.add(e.At, *e.Metrics.NetOut)
		}
	}
	if t.bytes == before || now.Sub(t.told) < sentInterval {
		return 0, false
	}
	t.told = now
	return int64(t.bytes), true
}

// add counts a rate in bytes a second for the time since the record before. Records that come again, and those whose
// rate cannot be one, count nothing.
func (t *traffic) add(at time.Time, rate float64) {
	took := at.Sub(t.at)
	if took <= 0 {
		return
	}
	first := t.at.IsZero()
	t.at = at
	if first || !(rate > 0 && rate <= maxRate) { // NaN is none
		return
	}
	t.bytes += rate * min(took, maxSampleAge).Seconds()
}

// maxRate is 100 Gbit/s in bytes a second, more than the network of any instance with one or a few GPUs.
const maxRate = 12.5e9
