package ec2

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"avatar-launcher/backend/localcloud/wire"
)

// systemTag begins the keys of tags that are AWS's own: they can be read and not changed, and count towards no limit.
const systemTag = "aws:"

// readTags reads Tag.N.Key and Tag.N.Value; the same key twice is refused.
func readTags(groups []params) (map[string]string, *wire.Error) {
	tags := map[string]string{}
	for _, g := range groups {
		k, ok := g["Key"]
		if !ok {
			return nil, missing("Tag.N.Key")
		}
		if _, twice := tags[k]; twice {
			return nil, invalid("Duplicate tag key '%s' specified.", k)
		}
		tags[k] = g.get("Value")
	}
	return tags, checkTags(tags)
}

// checkTags applies https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions.
func checkTags(tags map[string]string) *wire.Error {
	for k, v := range tags {
		switch {
		case k == "":
			return invalid("Tag key cannot be empty or null. Tag keys must be between 1 and 128 characters in length.")
		case utf8.RuneCountInString(k) > 128:
			return invalid("Tag key exceeds the maximum length of 128 characters")
		case utf8.RuneCountInString(v) > 256:
			return invalid("Tag value exceeds the maximum length of 256 characters")
		case strings.HasPrefix(strings.ToLower(k), systemTag):
			return invalid("Tag keys starting with 'aws:' are reserved for internal use")
		}
	}
	if len(tags) > 50 {
		return wire.Errorf(400, "TagLimitExceeded", "The maximum number of tags for a resource has been reached.")
	}
	return nil
}

// kinds are the resource types by the prefix of their IDs.
var kinds = map[string]string{
	"i": "instance", "lt": "launch-template", "ami": "image", "subnet": "subnet", "vpc": "vpc", "sg": "security-group",
	"sgr": "security-group-rule", "pl": "prefix-list", "igw": "internet-gateway", "rtb": "route-table",
}

// tagged is a resource that can carry tags; in is nil for what is no instance.
type tagged struct {
	id, kind string
	in       *instance
	tags     map[string]string
}

// taggable finds the resources of ResourceId.N, all or none, and asks for the permission to tag each. The caller holds
// s.mu.
func (s *Service) taggable(c *wire.Call, ids []string, requested map[string]string) ([]tagged, *wire.Error) {
	if len(ids) == 0 {
		return nil, missing("ResourceIdSet")
	}
	var out []tagged
	for _, id := range ids {
		t, err := s.resource(c, id)
		if err != nil {
			return nil, err
		}
		keys := requestTagKeys(requested)
		if t.in != nil {
			maps.Copy(keys, s.instanceKeys(t.in, c.Now))
		} else {
			resourceTagKeys(keys, s.policyTags(id, t.tags, c.Now))
		}
		if err := authorize(c, c.Operation, s.arn(t.kind, id), keys); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (s *Service) resource(c *wire.Call, id string) (tagged, *wire.Error) {
	prefix, _, _ := strings.Cut(id, "-")
	t := tagged{id: id, kind: kinds[prefix], tags: s.tags[id]}
	switch t.kind {
	case "":
		return t, wire.Errorf(400, "InvalidID", "The ID '%s' is not valid", id)
	case "instance":
		if err := checkIDs([]string{id}); err != nil {
			return t, err
		}
		in, ok := s.visible(id, c.Now)
		if !ok {
			return t, notFound([]string{id})
		}
		t.in, t.tags = in, in.Tags
	case "image":
		_, err := imageNamed(id)
		return t, err
	case "launch-template":
		_, err := s.template(id, "")
		return t, err
	case "subnet":
		return t, known([]string{id}, idsOf(s.allSubnets(), func(sn subnet) string { return sn.id }),
			"InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist")
	case "vpc":
		return t, known([]string{id}, idsOf(s.vpcs(), vpcID), "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist")
	case "security-group":
		return t, known([]string{id}, idsOf(s.allGroups(), func(g group) string { return g.ID }), "InvalidGroup.NotFound",
			"The security group '%s' does not exist")
	case "security-group-rule":
		_, err := s.ruleNamed(id)
		return t, err
	case "prefix-list":
		_, err := s.prefixListNamed(id)
		return t, err
	}
	return t, nil
}

// setTags replaces a resource's tags.
func (ch *change) setTags(t tagged, tags map[string]string) {
	ch.s.keepTags(t.id, t.tags, ch.now)
	if t.in != nil {
		t.in.Tags = tags
		ch.touch(t.in)
		return
	}
	ch.s.tags[t.id] = tags
	ch.put(bucketTags, t.id, tags)
}

func (s *Service) createTags(c *wire.Call, p params, d *doc) *wire.Error {
	given, err := readTags(p.groups("Tag"))
	if err != nil {
		return err
	}
	if len(given) == 0 {
		return missing("Tag")
	}
	return s.retag(c, p, d, given, func(have map[string]string) { maps.Copy(have, given) })
}

// deleteTags deletes by key, or by key and value where a value is given (also an empty one), or all.
func (s *Service) deleteTags(c *wire.Call, p params, d *doc) *wire.Error {
	given := p.groups("Tag")
	requested := map[string]string{}
	for _, g := range given {
		requested[g.get("Key")] = g.get("Value")
	}
	return s.retag(c, p, d, requested, func(have map[string]string) {
		if len(given) == 0 {
			clear(have)
		}
		for _, g := range given {
			if v, ok := g["Value"]; !ok || have[g.get("Key")] == v {
				delete(have, g.get("Key"))
			}
		}
	})
}

// retag applies edit to a copy of every resource's tags, AWS's own apart, all or none.
func (s *Service) retag(c *wire.Call, p params, d *doc, requested map[string]string,
	edit func(map[string]string)) *wire.Error {
	err := s.update(c.Now, func(ch *change) *wire.Error {
		resources, err := s.taggable(c, p.list("ResourceId"), requested)
		if err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		edited := make([]map[string]string, len(resources))
		for i, t := range resources {
			edited[i] = map[string]string{}
			maps.Copy(edited[i], t.tags)
			maps.DeleteFunc(edited[i], isSystemTag)
			edit(edited[i])
			if err := checkTags(edited[i]); err != nil {
				return err
			}
			for k, v := range t.tags {
				if isSystemTag(k, v) {
					edited[i][k] = v
				}
			}
		}
		for i, t := range resources {
			if !maps.Equal(t.tags, edited[i]) {
				ch.setTags(t, edited[i])
			}
		}
		return nil
	})
	if err == nil {
		d.bool("return", true)
	}
	return err
}

func isSystemTag(key, _ string) bool { return strings.HasPrefix(key, systemTag) }

// tagRow is one line of DescribeTags.
type tagRow struct{ id, kind, key, value string }

func (r tagRow) attributes() attributes {
	return withTags(attributes{
		"key": {r.key}, "value": {r.value}, "resource-id": {r.id}, "resource-type": {r.kind},
	}, map[string]string{r.key: r.value})
}

func (s *Service) describeTags(c *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, tagRow{}.attributes())
	if err != nil {
		return err
	}
	var rows []tagRow
	add := func(id, kind string, tags map[string]string) {
		for k, v := range tags {
			if r := (tagRow{id, kind, k, v}); matches(filters, r.attributes()) {
				rows = append(rows, r)
			}
		}
	}
	for id, in := range s.instances {
		if !c.Now.Before(in.VisibleAt) {
			add(id, "instance", in.Tags)
		}
	}
	for id, tags := range s.tags {
		prefix, _, _ := strings.Cut(id, "-")
		add(id, kinds[prefix], tags)
	}
	order := func(r tagRow) string { return r.id + "\x00" + r.key }
	slices.SortFunc(rows, func(a, b tagRow) int { return cmp.Compare(order(a), order(b)) })
	rows, next, err := page(p, rows, order, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "tagSet", rows, func(r tagRow) {
		d.text("resourceId", r.id)
		d.text("resourceType", r.kind)
		d.text("key", r.key)
		d.text("value", r.value)
	})
	d.opt("nextToken", next)
	return nil
}
