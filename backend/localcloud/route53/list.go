package route53

import (
	"encoding/xml"
	"slices"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

type recordSetList struct {
	ResourceRecordSet []recordSet
}

type listRecordsOutput struct {
	XMLName              xml.Name `xml:"ListResourceRecordSetsResponse"`
	Xmlns                string   `xml:"xmlns,attr"`
	ResourceRecordSets   recordSetList
	IsTruncated          bool
	NextRecordName       string `xml:",omitempty"`
	NextRecordType       string `xml:",omitempty"`
	NextRecordIdentifier string `xml:",omitempty"`
	MaxItems             int
}

// startKey reads where a listing starts: a name, a type of it, an identifier of that.
func startKey(r *request) (recordKey, *wire.Error) {
	name, rrtype, id := r.query.Get("name"), r.query.Get("type"), r.query.Get("identifier")
	if rrtype != "" && name == "" {
		return recordKey{}, invalidInput("The input is not valid: a type is given without a name")
	}
	if id != "" && rrtype == "" {
		return recordKey{}, invalidInput("The input is not valid: an identifier is given without a name and a type")
	}
	if rrtype != "" && !slices.Contains(recordTypes, rrtype) {
		return recordKey{}, invalidInput("1 validation error detected: Value '%s' at 'type' failed to satisfy constraint: "+
			"Member must satisfy enum value set", limit(rrtype))
	}
	if name == "" {
		return recordKey{}, nil
	}
	folded, ok := foldName(name)
	if !ok {
		return recordKey{}, invalidInput("%s", nameProblem(name))
	}
	return recordKey{reverseName(folded), rrtype, id}, nil
}

func (s *Service) listRecords(r *request) (answer, *wire.Error) {
	n, err := maxItems(r, 300)
	if err != nil {
		return answer{}, err
	}
	start, err := startKey(r)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.zone(r)
	if err != nil {
		return answer{}, err
	}
	out := listRecordsOutput{Xmlns: namespace, MaxItems: n}
	from, _ := z.search(start)
	rest := z.sets[from:]
	for _, set := range rest[:min(n, len(rest))] {
		out.ResourceRecordSets.ResourceRecordSet = append(out.ResourceRecordSets.ResourceRecordSet, set.wire())
	}
	if len(rest) > n {
		next := rest[n]
		out.IsTruncated, out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier = true, escapeName(next.Name),
			next.Type, next.SetIdentifier
	}
	return answer{body: out}, nil
}

type tag struct{ Key, Value string }

type tagList struct {
	Tag []tag
}

// taggedZone returns the zone that a tag operation names; the service is locked.
func (s *Service) taggedZone(r *request) (*zone, *wire.Error) {
	if r.ids[0] != "hostedzone" {
		return nil, invalidInput("Resources of type '%s' have no tags here", limit(r.ids[0]))
	}
	if id := r.ids[1]; len(id) > 32 {
		return nil, invalidInput("1 validation error detected: Value '%s' at 'resourceId' failed to satisfy constraint: "+
			"Member must have length less than or equal to 32", limit(id))
	}
	return s.zone(r)
}

func (s *Service) changeTags(r *request) (answer, *wire.Error) {
	var in struct {
		AddTags       tagList
		RemoveTagKeys struct{ Key []string }
	}
	if err := parseXML(r.Body, &in); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.taggedZone(r)
	if err != nil {
		return answer{}, err
	}
	before, after := z.meta.Tags, map[string]string{}
	for k, v := range before {
		after[k] = v
	}
	for _, k := range in.RemoveTagKeys.Key {
		delete(after, k)
	}
	for _, t := range in.AddTags.Tag {
		after[t.Key] = t.Value
	}
	if len(after) > 50 {
		return answer{}, invalidInput("A resource can have at most 50 tags")
	}
	z.meta.Tags = after
	if err := s.st.Apply([]store.Op{z.op()}...); err != nil {
		z.meta.Tags = before
		return answer{}, internal(err)
	}
	type output struct {
		XMLName xml.Name `xml:"ChangeTagsForResourceResponse"`
		Xmlns   string   `xml:"xmlns,attr"`
	}
	return answer{body: output{Xmlns: namespace}}, nil
}

func (s *Service) listTags(r *request) (answer, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.taggedZone(r)
	if err != nil {
		return answer{}, err
	}
	type tagSet struct {
		ResourceType string
		ResourceId   string
		Tags         tagList
	}
	type output struct {
		XMLName        xml.Name `xml:"ListTagsForResourceResponse"`
		Xmlns          string   `xml:"xmlns,attr"`
		ResourceTagSet tagSet
	}
	out := output{Xmlns: namespace, ResourceTagSet: tagSet{ResourceType: "hostedzone", ResourceId: z.meta.ID}}
	keys := make([]string, 0, len(z.meta.Tags))
	for k := range z.meta.Tags {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		out.ResourceTagSet.Tags.Tag = append(out.ResourceTagSet.Tags.Tag, tag{k, z.meta.Tags[k]})
	}
	return answer{body: out}, nil
}
