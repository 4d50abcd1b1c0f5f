package fleet

import (
	"cmp"
	"time"

	"avatar-launcher/backend"
)

// Hours is the pool's size at certain hours of the week.
type Hours struct {
	Days     [7]bool       // by time.Weekday; the day on which From is
	From, To time.Duration // since midnight; To at or before From is on the next day
	Size     int           // in place of PoolSize
	Hot      int           // in place of Figures.Hot
}

// sizeAt returns how many unclaimed instances there should be at a time: stopped ones, and running ones beside them.
func (f Figures) sizeAt(now time.Time) (stopped, hot int) {
	zone := f.Location
	if zone == nil {
		zone = time.UTC
	}
	for _, h := range f.Hours {
		if h.hold(now.In(zone)) {
			return h.Size, h.Hot
		}
	}
	return f.PoolSize, f.Hot
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

// defaultHotLimit is Figures.HotLimit if the profile has none.
const defaultHotLimit = 4 * time.Hour

// hotLimit returns how long an instance may run that nobody claims.
func (f Figures) hotLimit() time.Duration { return cmp.Or(f.HotLimit, defaultHotLimit) }

// stopped returns how many stopped instances there should be beside those that are claimed: size of them, or so many
// that claimed and stopped ones are size together, but at least Free.
func (f Figures) stopped(size, claimed int) int {
	if f.Free == nil {
		return size
	}
	return max(size-claimed, min(*f.Free, size))
}

// claimed counts the instances that users have or are being given.
func claimed(rows []instanceRow) int {
	n := 0
	for _, r := range rows {
		if r.State == backend.Claimed || r.intent() && r.Owner != "" {
			n++
		}
	}
	return n
}
