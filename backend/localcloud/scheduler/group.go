package scheduler

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const maxTags = 50

// group is a schedule group, in memory and in the store.
type group struct {
	Name     string
	Created  time.Time
	Modified time.Time
	Token    string            `json:",omitempty"`
	Tags     map[string]string `json:",omitempty"`
}

func (g *group) op() store.Op {
	b, err := json.Marshal(g)
	if err != nil {
		panic("scheduler: a group that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: groupBucket, Key: g.Name, Value: b}
}

func (s *Service) groupARN(name string) string {
	return fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule-group/%s", s.env.Region, s.env.AccountID, name)
}

type tag struct{ Key, Value string }

func (s *Service) createGroup(r *request) (any, *wire.Error) {
	if !validName(r.name) {
		return nil, badName("name", r.name)
	}
	var in struct {
		ClientToken string
		Tags        []tag
	}
	if err := decode(r.Body, &in); err != nil {
		return nil, err
	}
	if err := r.allow("scheduler:CreateScheduleGroup", s.groupARN(r.name), nil); err != nil {
		return nil, err
	}
	now := r.Now.UTC()
	g := &group{Name: r.name, Created: now, Modified: now, Token: in.ClientToken, Tags: map[string]string{}}
	for _, t := range in.Tags {
		g.Tags[t.Key] = t.Value
	}
	if err := checkTags(g.Tags); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := map[string]string{"ScheduleGroupArn": s.groupARN(r.name)}
	if old := s.groups[r.name]; old != nil {
		if in.ClientToken != "" && old.Token == in.ClientToken && maps.Equal(old.Tags, g.Tags) {
			return arn, nil
		}
		return nil, conflict("Schedule group %s already exists.", r.name)
	}
	if err := s.st.Apply(g.op()); err != nil {
		return nil, internal(err)
	}
	s.groups[g.Name] = g
	return arn, nil
}

func checkTags(tags map[string]string) *wire.Error {
	if len(tags) > maxTags {
		return validation("A resource can have at most %d tags.", maxTags)
	}
	for k, v := range tags {
		if k == "" || len(k) > 128 || len(v) > 256 || strings.HasPrefix(strings.ToLower(k), "aws:") {
			return validation("1 validation error detected: Value at 'tags' failed to satisfy constraint: a key must have 1 " +
				"to 128 characters and not begin with aws:, a value at most 256")
		}
	}
	return nil
}

// findGroup authorises the call on a group and returns it; the service is locked.
func (s *Service) findGroup(r *request, name string) (*group, *wire.Error) {
	if !validName(name) {
		return nil, badName("name", name)
	}
	if err := r.allow("scheduler:"+r.Operation, s.groupARN(name), nil); err != nil {
		return nil, err
	}
	g := s.groups[name]
	if g == nil {
		return nil, notFound("Schedule group %s does not exist.", name)
	}
	return g, nil
}

type groupOutput struct {
	Arn                  string
	CreationDate         epoch
	LastModificationDate epoch
	Name                 string
	State                string
}

func (s *Service) describeGroup(g *group) groupOutput {
	return groupOutput{Arn: s.groupARN(g.Name), CreationDate: epoch{g.Created}, LastModificationDate: epoch{g.Modified},
		Name: g.Name, State: "ACTIVE"}
}

func (s *Service) getGroup(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(r, r.name)
	if err != nil {
		return nil, err
	}
	return s.describeGroup(g), nil
}

// deleteGroup deletes the group's schedules with it.
func (s *Service) deleteGroup(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(r, r.name)
	if err != nil {
		return nil, err
	}
	if g.Name == "default" {
		return nil, validation("Cannot delete the default schedule group.")
	}
	ops, members := []store.Op{{Bucket: groupBucket, Key: g.Name}}, []string{}
	for k, sc := range s.schedules {
		if sc.Definition.GroupName == g.Name {
			ops, members = append(ops, store.Op{Bucket: scheduleBucket, Key: k}), append(members, k)
		}
	}
	if err := s.st.Apply(ops...); err != nil {
		return nil, internal(err)
	}
	for _, k := range members {
		s.schedules[k].stop()
		delete(s.schedules, k)
	}
	delete(s.groups, g.Name)
	return struct{}{}, nil
}

func (s *Service) listGroups(r *request) (any, *wire.Error) {
	limit, after, err := page(r)
	if err != nil {
		return nil, err
	}
	if err := r.allow("scheduler:ListScheduleGroups", s.groupARN("*"), nil); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out, list := map[string]any{}, []groupOutput{}
	for _, k := range sortedKeys(s.groups) {
		if k <= after || !strings.HasPrefix(k, r.query.Get("NamePrefix")) {
			continue
		}
		if len(list) == limit {
			out["NextToken"] = token(list[limit-1].Name)
			break
		}
		list = append(list, s.describeGroup(s.groups[k]))
	}
	out["ScheduleGroups"] = list
	return out, nil
}

// taggedGroup returns the group whose ARN the path holds; only groups have tags. The service is locked.
func (s *Service) taggedGroup(r *request) (*group, *wire.Error) {
	arn := r.name
	if v, err := url.PathUnescape(arn); err == nil {
		arn = v
	}
	name, ok := strings.CutPrefix(arn, s.groupARN(""))
	if !ok {
		return nil, validation("1 validation error detected: Value '%s' at 'resourceArn' failed to satisfy constraint: "+
			"Member must be the ARN of a schedule group", shorten(arn))
	}
	return s.findGroup(r, name)
}

// retag stores a group with other tags.
func (s *Service) retag(g *group, tags map[string]string, now time.Time) (any, *wire.Error) {
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	next := *g
	next.Tags, next.Modified = tags, now.UTC()
	if err := s.st.Apply(next.op()); err != nil {
		return nil, internal(err)
	}
	s.groups[g.Name] = &next
	return struct{}{}, nil
}

func (s *Service) tagResource(r *request) (any, *wire.Error) {
	var in struct{ Tags []tag }
	if err := decode(r.Body, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.taggedGroup(r)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, g.Tags)
	for _, t := range in.Tags {
		tags[t.Key] = t.Value
	}
	return s.retag(g, tags, r.Now)
}

func (s *Service) untagResource(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.taggedGroup(r)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, g.Tags)
	for _, k := range r.query["TagKeys"] {
		delete(tags, k)
	}
	return s.retag(g, tags, r.Now)
}

func (s *Service) listTags(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.taggedGroup(r)
	if err != nil {
		return nil, err
	}
	tags := []tag{}
	for _, k := range sortedKeys(g.Tags) {
		tags = append(tags, tag{k, g.Tags[k]})
	}
	return map[string]any{"Tags": tags}, nil
}
