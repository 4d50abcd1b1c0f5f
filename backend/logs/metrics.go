package logs

import (
	"slices"
	"time"
)

// maxSamples bounds the metrics records that are kept: four hours at one a second.
const maxSamples = 4 * 60 * 60

// addMetrics stores a record. The caller must hold b.mu.
func (b *Book) addMetrics(m Metrics) {
	b.metrics = append(b.metrics, m)
	if len(b.metrics) > maxSamples+maxSamples/4 {
		b.metrics = append([]Metrics(nil), b.metrics[len(b.metrics)-maxSamples:]...)
	}
}

// Metrics returns the session's last metrics record. It returns false before the first.
func (b *Book) Metrics() (Metrics, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.metrics) == 0 {
		return Metrics{}, false
	}
	return b.metrics[len(b.metrics)-1], true
}

// MetricsSince returns the session's records from t on, oldest first, at most maxSamples. The zero time means all.
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

// Series is the session's metrics as columns, for charts. Each column is as long as At, or nil if the metric never
// came. A missing value is nil, never zero.
type Series struct {
	At      []int64    `json:"at"`  // milliseconds since 1970, rising
	CPU     []*float64 `json:"cpu"` // units as in Metrics
	GPU     []*float64 `json:"gpu"`
	Mem     []*float64 `json:"mem"`
	NetOut  []*float64 `json:"netOut"`
	FPS     []*float64 `json:"fps"`
	Players []*float64 `json:"players"`
}

// maxPoints bounds the points of a Series.
const maxPoints = 2000

// Series returns the result of MetricsSince as columns of at most so many points, each the mean of its records. A pause
// in the records becomes a point without values, so that charts draw no line across.
func (b *Book) Series(since time.Time, points int) Series {
	all := b.MetricsSince(since)
	slices.SortStableFunc(all, func(x, y Metrics) int { return x.At.Compare(y.At) })
	gap := maxPause(all)
	size := (len(all)-1)/min(max(points, 1), maxPoints) + 1
	s := Series{At: []int64{}}
	for begin := 0; begin < len(all); {
		end := begin + 1
		for end < len(all) && end-begin < size && all[end].At.Sub(all[end-1].At) <= gap {
			end++
		}
		s.add(all[begin:end])
		if end < len(all) && all[end].At.Sub(all[end-1].At) > gap {
			s.add([]Metrics{{At: all[end-1].At.Add(gap / 2)}})
		}
		begin = end
	}
	for _, c := range s.columns() {
		if !slices.ContainsFunc(*c, func(v *float64) bool { return v != nil }) {
			*c = nil
		}
	}
	return s
}

// maxPause returns the longest time between two records that is no gap: a few of their usual intervals.
func maxPause(all []Metrics) time.Duration {
	const least = 10 * time.Second
	if len(all) < 2 {
		return least
	}
	between := make([]time.Duration, 0, len(all)-1)
	for i := 1; i < len(all); i++ {
		between = append(between, all[i].At.Sub(all[i-1].At))
	}
	slices.Sort(between)
	return max(least, 4*between[len(between)/2])
}

func (s *Series) columns() []*[]*float64 {
	return []*[]*float64{&s.CPU, &s.GPU, &s.Mem, &s.NetOut, &s.FPS, &s.Players}
}

func (m *Metrics) values() [6]*float64 {
	return [6]*float64{m.CPU, m.GPU, m.Mem, m.NetOut, m.FPS, m.Players}
}

// add adds the mean of some records as one point.
func (s *Series) add(some []Metrics) {
	s.At = append(s.At, some[len(some)-1].At.UnixMilli())
	for k, c := range s.columns() {
		sum, n := 0.0, 0
		for i := range some {
			if v := some[i].values()[k]; v != nil {
				sum += *v
				n++
			}
		}
		var mean *float64
		if n > 0 {
			v := sum / float64(n)
			mean = &v
		}
		*c = append(*c, mean)
	}
}
