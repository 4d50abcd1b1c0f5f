package logs

import "time"

// maxSamples is how many metrics records are kept: four hours at one a second.
const maxSamples = 4 * 60 * 60

// addMetrics must be called under the lock of the book.
func (b *Book) addMetrics(m Metrics) {
	b.metrics = append(b.metrics, m)
	if len(b.metrics) > maxSamples+maxSamples/4 {
		b.metrics = append([]Metrics(nil), b.metrics[len(b.metrics)-maxSamples:]...)
	}
}

// Metrics is the last metrics record of the session, false before the first.
func (b *Book) Metrics() (Metrics, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.metrics) == 0 {
		return Metrics{}, false
	}
	return b.metrics[len(b.metrics)-1], true
}

// MetricsSince is the series of the session from a time on, oldest first, at most four hours of one a second. The
// zero time gives all of it.
func (b *Book) MetricsSince(t time.Time) []Metrics {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.metrics[max(0, len(b.metrics)-maxSamples):]
	out := make([]Metrics, 0, len(all))
	for _, m := range all {
		if !m.At.Before(t) {
			out = append(out, m)
		}
	}
	return out
}
