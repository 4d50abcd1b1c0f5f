package route53

import (
	"strings"
	"time"
)

// Lookup answers a DNS query for a name's IPv4 addresses as the zones' name servers would: the longest zone that
// holds the name, wildcards, CNAMEs and aliases. It returns nil if there is no such name. A change
// shows after the time set by SetNameLag, which is none at first.
func (s *Service) Lookup(name string) []string {
	folded, ok := foldName(name)
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.env.Now()
	for range 8 { // a longer chain of CNAMEs is a loop
		values, alias := s.resolve(folded, now)
		if alias == "" {
			return values
		}
		folded = alias
	}
	return nil
}

// resolve returns the A values of a name, or the name to ask for in its place.
func (s *Service) resolve(name string, now time.Time) (values []string, alias string) {
	z := s.zoneOf(name)
	if z == nil {
		return nil, ""
	}
	for _, set := range z.served(now, s.nameLag).closest(name) {
		switch {
		case set.Type == "A" && set.AliasTarget != nil:
			return nil, set.AliasTarget.DNSName
		case set.Type == "A":
			values = append(values, set.values()...)
		case set.Type == "CNAME":
			target, _ := foldName(set.values()[0])
			return nil, target
		}
	}
	return values, ""
}

// zoneOf is the zone with the longest name that holds a name.
func (s *Service) zoneOf(name string) *zone {
	var best *zone
	for _, z := range s.zones {
		if inZone(name, z.meta.Name) && (best == nil || len(z.meta.Name) > len(best.meta.Name)) {
			best = z
		}
	}
	return best
}

// closest returns the record sets of a name, or of the wildcard that stands for it. A wildcard stands only for names
// below the closest name that exists (RFC 4592).
func (z *zone) closest(name string) []*recordSet {
	if sets, exists := z.at(name); exists {
		return sets
	}
	for name != z.meta.Name {
		_, parent, ok := strings.Cut(name, ".")
		if !ok || !inZone(parent, z.meta.Name) {
			return nil
		}
		if sets, exists := z.at("*." + parent); exists {
			return sets
		}
		if _, exists := z.at(parent); exists {
			return nil
		}
		name = parent
	}
	return nil
}

// at returns the record sets of exactly a name, and whether the name exists: it does, too, where only names below it
// have record sets.
func (z *zone) at(name string) ([]*recordSet, bool) {
	reversed := reverseName(name)
	i, _ := z.search(recordKey{reversed: reversed})
	from := i
	for i < len(z.sets) && z.sets[i].Name == name {
		i++
	}
	below := i < len(z.sets) && strings.HasPrefix(reverseName(z.sets[i].Name), reversed)
	return z.sets[from:i], i > from || below
}
