package route53

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// checkItems validates the batch by itself and folds its names, which the condition keys need.
func checkItems(items []changeItem) *wire.Error {
	if len(items) == 0 {
		return invalidInput("1 validation error detected: Value '[]' at 'changeBatch.changes' failed to satisfy " +
			"constraint: Member must have length greater than or equal to 1")
	}
	if len(items) > maxChanges {
		return invalidBatch([]string{fmt.Sprintf("Number of records limit of %d exceeded.", maxChanges)})
	}
	var problems []string
	for i := range items {
		it := &items[i]
		if !slices.Contains([]string{"CREATE", "DELETE", "UPSERT"}, it.Action) {
			return invalidInput("1 validation error detected: Value '%.64s' at 'changeBatch.changes.%d.member.action' failed "+
				"to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]", it.Action, i+1)
		}
		set := &it.ResourceRecordSet
		name, ok := foldName(set.Name)
		if !ok { // AWS names the first one alone and without the brackets of a list
			return wire.Errorf(400, "InvalidChangeBatch", "%s", nameProblem(set.Name))
		}
		set.Name = name
		batch, input := set.check()
		if input != "" {
			return invalidInput("%s", input)
		}
		if batch != "" {
			problems = append(problems, batch)
		}
	}
	return invalidBatch(problems)
}

// invalidBatch is nil if there are no problems.
func invalidBatch(problems []string) *wire.Error {
	if len(problems) == 0 {
		return nil
	}
	return wire.Errorf(400, "InvalidChangeBatch", "[%s]", strings.Join(problems, ", "))
}

// conditionKeys are what IAM policies can say about a batch.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
func conditionKeys(items []changeItem) map[string][]string {
	const prefix = "route53:ChangeResourceRecordSets"
	keys := map[string][]string{}
	add := func(k, v string) {
		if !slices.Contains(keys[prefix+k], v) {
			keys[prefix+k] = append(keys[prefix+k], v)
		}
	}
	for i := range items {
		add("NormalizedRecordNames", normalizedName(items[i].ResourceRecordSet.Name))
		add("RecordTypes", items[i].ResourceRecordSet.Type)
		add("Actions", items[i].Action)
	}
	return keys
}

// applyChanges makes the whole batch or none of it. The service is locked.
func (s *Service) applyChanges(z *zone, items []changeItem, comment string, now time.Time) (*change, *wire.Error) {
	next := &zone{meta: z.meta, sets: slices.Clone(z.sets)}
	var problems []string
	touched := map[recordKey]bool{}
	ops := map[string]store.Op{}
	for i := range items {
		set := &items[i].ResourceRecordSet
		if problem := next.apply(items[i].Action, set, touched); problem != "" {
			problems = append(problems, problem)
			continue
		}
		op := set.op(z.meta.ID)
		if items[i].Action == "DELETE" {
			op.Value = nil
		}
		ops[op.Key] = op
	}
	if len(problems) == 0 {
		problems = next.conflicts(touched)
	}
	if err := invalidBatch(problems); err != nil {
		return nil, err
	}
	ch := s.newChange(comment, now)
	writes := []store.Op{ch.op()}
	for _, op := range ops {
		writes = append(writes, op)
	}
	if err := s.st.Apply(writes...); err != nil {
		return nil, internal(err)
	}
	z.replace(next.sets, now, s.nameLag)
	z.busy = now.Add(max(s.opts.Busy, 0))
	s.changes[ch.ID] = ch
	return ch, nil
}

// apply makes one change in memory, or says why it cannot be made.
func (z *zone) apply(action string, set *recordSet, touched map[recordKey]bool) string {
	key := set.key()
	what := fmt.Sprintf("[name='%s', type='%s'%s]", escapeName(set.Name), set.Type, identifier(set))
	if !inZone(set.Name, z.meta.Name) {
		return fmt.Sprintf("RRSet with DNS name %s is not permitted in zone %s", escapeName(set.Name),
			escapeName(z.meta.Name))
	}
	i, found := z.search(key)
	if touched[key] && !(action != "DELETE" && !found) { // only DELETE then CREATE of one set is one batch
		return fmt.Sprintf("The request contains an invalid set of changes for a resource record set '%s %s'", set.Type,
			escapeName(set.Name))
	}
	touched[key] = true
	switch {
	case action == "CREATE" && found:
		return "Tried to create resource record set " + what + " but it already exists"
	case action == "DELETE" && !found:
		return "Tried to delete resource record set " + what + " but it was not found"
	case action == "DELETE" && !z.sets[i].same(set):
		return "Tried to delete resource record set " + what + " but the values provided do not match the current values"
	case action == "DELETE" && z.own(set) && set.Type == "SOA":
		return "A HostedZone must contain exactly one SOA record."
	case action == "DELETE" && z.own(set):
		return "A HostedZone must contain at least one NS record for the zone itself."
	case action == "DELETE":
		z.sets = slices.Delete(z.sets, i, i+1)
	case found:
		z.sets[i] = set
	default:
		z.sets = slices.Insert(z.sets, i, set)
	}
	return ""
}

func identifier(set *recordSet) string {
	if set.SetIdentifier == "" {
		return ""
	}
	return ", set-identifier='" + limit(set.SetIdentifier) + "'"
}

// conflicts tells what DNS does not allow among the names that a batch touched.
func (z *zone) conflicts(touched map[recordKey]bool) []string {
	names := map[string]bool{}
	for k := range touched {
		names[k.reversed] = true
	}
	byName := map[string][]*recordSet{}
	for _, set := range z.sets {
		if n := reverseName(set.Name); names[n] {
			byName[n] = append(byName[n], set)
		}
	}
	var out []string
	for _, sets := range byName {
		if problem := z.conflict(sets); problem != "" {
			out = append(out, problem)
		}
	}
	slices.Sort(out)
	return out
}

// conflict looks at the record sets of one name: a CNAME stands alone and not at the zone's own name, and simple
// record sets do not mix with those that have a set identifier.
func (z *zone) conflict(sets []*recordSet) string {
	simple := map[string]bool{}
	for _, set := range sets {
		name := escapeName(set.Name)
		if set.Type == "CNAME" && set.Name == z.meta.Name {
			return fmt.Sprintf("RRSet of type CNAME with DNS name %s is not permitted at apex in zone %s", name,
				escapeName(z.meta.Name))
		}
		if set.Type == "SOA" && set.Name != z.meta.Name {
			return fmt.Sprintf("RRSet of type SOA with DNS name %s is not permitted: it belongs at the apex of zone %s", name,
				escapeName(z.meta.Name))
		}
		if other := sets[0]; (set.Type == "CNAME") != (other.Type == "CNAME") {
			return fmt.Sprintf("RRSet of type CNAME with DNS name %s is not permitted as it conflicts with other records "+
				"with the same DNS name in zone %s", name, escapeName(z.meta.Name))
		}
		plain := set.SetIdentifier == ""
		if was, ok := simple[set.Type]; ok && was != plain {
			return fmt.Sprintf("RRSet with DNS name %s, type %s, SetIdentifier %s cannot be created because a non multivalue "+
				"answer rrset exists with the same name and type.", name, set.Type, limit(set.SetIdentifier))
		}
		simple[set.Type] = plain
	}
	return ""
}
