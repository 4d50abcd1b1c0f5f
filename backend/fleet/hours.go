package fleet

import "time"

// Hours is the pool's size at certain hours of the week.
type Hours struct {
	Days     [7]bool       // by time.Weekday; the day on which From is
	From, To time.Duration // since midnight; To at or before From is on the next day
	Size     int
}

// sizeAt is how many warm instances there should be at a time.
func (f Figures) sizeAt(now time.Time) int {
	zone := f.Location
	if zone == nil {
		zone = time.UTC
	}
	for _, h := range f.Hours {
		if h.hold(now.In(zone)) {
			return h.Size
		}
	}
	return f.PoolSize
}

// hold reports whether the hours include a local time.
func (h Hours) hold(local time.Time) bool {
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
		time.Duration(local.Second())*time.Second
	today, yesterday := local.Weekday(), (local.Weekday()+6)%7
	if h.From < h.To {
		return h.Days[today] && h.From <= clock && clock < h.To
	}
	return h.Days[today] && h.From <= clock || h.Days[yesterday] && clock < h.To
}
