package ec2

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"avatar-launcher/backend/localcloud/wire"
)

// prefixList is a managed prefix list: ranges of addresses under one ID.
type prefixList struct {
	ID, Name, Family string // family: IPv4 or IPv6
	Owner            string `json:",omitempty"` // AWS, or "" for the account
	Max              int
	Version          int64
	Entries          []prefixEntry
	Serial           int64
}

type prefixEntry struct{ CIDR, Note string }

// allPrefixLists are AWS's own, then the account's, the oldest first.
func (s *Service) allPrefixLists() []prefixList {
	service := func(id, name, cidr string) prefixList {
		return prefixList{ID: id, Name: "com.amazonaws." + s.env.Region + "." + name, Family: "IPv4", Owner: "AWS", Max: 1,
			Version: 1, Entries: []prefixEntry{{CIDR: cidr}}}
	}
	all := []prefixList{
		service("pl-0a7a7a20000000001", "dynamodb", "198.51.100.0/25"),
		service("pl-0a7a7a20000000002", "s3", "198.51.100.128/25"),
	}
	var made []prefixList
	for _, l := range s.prefixes {
		made = append(made, l)
	}
	slices.SortFunc(made, func(a, b prefixList) int { return cmp.Compare(a.Serial, b.Serial) })
	return append(all, made...)
}

func (s *Service) prefixListNamed(id string) (prefixList, *wire.Error) {
	for _, l := range s.allPrefixLists() {
		if l.ID == id {
			return l, nil
		}
	}
	return prefixList{}, wire.Errorf(400, "InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", id)
}

func (ch *change) keepPrefixList(l prefixList) {
	ch.s.prefixes[l.ID] = l
	ch.put(bucketPrefixes, l.ID, l)
}

func (s *Service) writePrefixList(d *doc, l prefixList, state string) {
	d.text("prefixListId", l.ID)
	d.text("addressFamily", l.Family)
	d.text("state", state)
	d.text("prefixListArn", s.prefixListARN(l))
	d.text("prefixListName", l.Name)
	if l.Owner == "" {
		d.number("maxEntries", int64(l.Max))
		d.number("version", l.Version)
	}
	d.tags(s.tagsOf(l.ID))
	d.text("ownerId", cmp.Or(l.Owner, s.env.AccountID))
}

func (s *Service) prefixListARN(l prefixList) string {
	if l.Owner != "" {
		return "arn:aws:ec2:" + s.env.Region + ":aws:prefix-list/" + l.ID
	}
	return s.arn("prefix-list", l.ID)
}

func (s *Service) createManagedPrefixList(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		tags, err := p.tagsFor("prefix-list")
		if err != nil {
			return err
		}
		l := prefixList{ID: "pl-" + s.env.NewID(17), Version: 1, Serial: s.newSerial(), Family: p.get("AddressFamily")}
		if l.Name, err = p.need("PrefixListName"); err != nil {
			return err
		}
		if _, err = p.need("MaxEntries"); err != nil {
			return err
		}
		if l.Max, err = p.number("MaxEntries", 0); err != nil {
			return err
		}
		if l.Family != "IPv4" && l.Family != "IPv6" {
			return invalid("Value (%s) for parameter addressFamily is invalid. Must be IPv4 or IPv6.", l.Family)
		}
		if err := l.add(p.groups("Entry")); err != nil {
			return err
		}
		if err := s.mayMake(c, "prefix-list", tags); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		ch.keepPrefixList(l)
		ch.tagNew(l.ID, tags)
		d.in("prefixList", func() { s.writePrefixList(d, l, "create-in-progress") })
		return nil
	})
}

// add adds entries, or refuses what is no range of the list's family or too many.
func (l *prefixList) add(entries []params) *wire.Error {
	l.Entries = slices.Clone(l.Entries)
	for _, e := range entries {
		prefix, err := netip.ParsePrefix(e.get("Cidr"))
		if err != nil || prefix.Addr().Is6() != (l.Family == "IPv6") {
			return invalid("The CIDR '%s' is not valid for the address family %s.", e.get("Cidr"), l.Family)
		}
		entry := prefixEntry{prefix.Masked().String(), e.get("Description")}
		l.Entries = slices.DeleteFunc(l.Entries, func(old prefixEntry) bool { return old.CIDR == entry.CIDR })
		l.Entries = append(l.Entries, entry)
	}
	if l.Max < 1 || len(l.Entries) > l.Max {
		return wire.Errorf(400, "PrefixListMaxEntriesExceeded",
			"You have exceeded the maximum number of entries for the prefix list '%s'.", l.ID)
	}
	return nil
}

// changePrefixList finds the account's list that a request means and changes it by fn.
func (s *Service) changePrefixList(c *wire.Call, p params, fn func(*change, prefixList) *wire.Error) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		id, err := p.need("PrefixListId")
		if err != nil {
			return err
		}
		l, err := s.prefixListNamed(id)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "prefix-list", id); err != nil {
			return err
		}
		if l.Owner != "" {
			return wire.Errorf(403, "UnauthorizedOperation", "You are not authorized to change the prefix list '%s'.", id)
		}
		return fn(ch, l)
	})
}

func (s *Service) modifyManagedPrefixList(c *wire.Call, p params, d *doc) *wire.Error {
	return s.changePrefixList(c, p, func(ch *change, l prefixList) *wire.Error {
		added, removed := p.groups("AddEntry"), p.groups("RemoveEntry")
		if p.has("CurrentVersion") && p.get("CurrentVersion") != strconv.FormatInt(l.Version, 10) {
			return wire.Errorf(400, "PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
		}
		if p.has("PrefixListName") {
			l.Name = p.get("PrefixListName")
		}
		var err *wire.Error
		if l.Max, err = p.number("MaxEntries", l.Max); err != nil {
			return err
		}
		l.Entries = keep(l.Entries, func(e prefixEntry) bool {
			return !slices.ContainsFunc(removed, func(r params) bool { return r.get("Cidr") == e.CIDR })
		})
		if err := l.add(added); err != nil {
			return err
		}
		if len(added)+len(removed) > 0 {
			l.Version++
		}
		ch.keepPrefixList(l)
		d.in("prefixList", func() { s.writePrefixList(d, l, "modify-in-progress") })
		return nil
	})
}

// deleteManagedPrefixList deletes a list. Rules that name it keep its ID.
func (s *Service) deleteManagedPrefixList(c *wire.Call, p params, d *doc) *wire.Error {
	return s.changePrefixList(c, p, func(ch *change, l prefixList) *wire.Error {
		delete(s.prefixes, l.ID)
		ch.drop(bucketPrefixes, l.ID)
		d.in("prefixList", func() { s.writePrefixList(d, l, "delete-in-progress") })
		ch.untag(l.ID)
		return nil
	})
}

func (s *Service) describeManagedPrefixLists(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	of := func(l prefixList) attributes {
		return withTags(attributes{
			"owner-id": {cmp.Or(l.Owner, s.env.AccountID)}, "prefix-list-id": {l.ID}, "prefix-list-name": {l.Name},
		}, s.tagsOf(l.ID))
	}
	filters, err := readFilters(p, of(prefixList{}))
	if err != nil {
		return err
	}
	ids := p.list("PrefixListId")
	for _, id := range ids {
		if _, err := s.prefixListNamed(id); err != nil {
			return err
		}
	}
	all := keep(s.allPrefixLists(), func(l prefixList) bool { return wanted(ids, l.ID) && matches(filters, of(l)) })
	key := func(l prefixList) string { return l.ID }
	slices.SortFunc(all, func(a, b prefixList) int { return cmp.Compare(a.ID, b.ID) }) // the order of pages
	all, next, err := page(p, all, key, 1, 100)
	if err != nil {
		return err
	}
	list(d, "prefixListSet", all, func(l prefixList) { s.writePrefixList(d, l, "create-complete") })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) getManagedPrefixListEntries(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, err := p.need("PrefixListId")
	if err != nil {
		return err
	}
	l, err := s.prefixListNamed(id)
	if err != nil {
		return err
	}
	if p.has("TargetVersion") && p.get("TargetVersion") != strconv.FormatInt(l.Version, 10) {
		return wire.Errorf(400, "InvalidParameterValue", "The target version %s is not known.", p.get("TargetVersion"))
	}
	entries := slices.SortedFunc(slices.Values(l.Entries), func(a, b prefixEntry) int {
		return cmp.Compare(a.CIDR, b.CIDR)
	})
	entries, next, err := page(p, entries, func(e prefixEntry) string { return e.CIDR }, 1, 100)
	if err != nil {
		return err
	}
	list(d, "entrySet", entries, func(e prefixEntry) {
		d.text("cidr", e.CIDR)
		d.opt("description", e.Note)
	})
	d.opt("nextToken", next)
	return nil
}
