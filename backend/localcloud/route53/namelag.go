package route53

import "time"

// pastSets are a zone's record sets as they were before a change at Until.
type pastSets struct {
	sets  []*recordSet
	until time.Time
}

// SetNameLag sets how long a change takes to reach the name servers, and so the answers of Lookup. A change stays
// PENDING at least as long.
func (s *Service) SetNameLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nameLag = d
}

// replace puts a change's record sets in force, and keeps those before for as long as name servers answer with them.
func (z *zone) replace(sets []*recordSet, now time.Time, lag time.Duration) {
	for len(z.past) > 0 && !z.past[0].until.After(now.Add(-lag)) {
		z.past = z.past[1:]
	}
	if lag > 0 {
		z.past = append(z.past, pastSets{z.sets, now})
	}
	z.sets = sets
}

// served returns the zone as its name servers know it.
func (z *zone) served(now time.Time, lag time.Duration) *zone {
	for _, p := range z.past {
		if p.until.After(now.Add(-lag)) {
			return &zone{meta: z.meta, sets: p.sets}
		}
	}
	return z
}
