package scheduler

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

func key(group, name string) string { return group + "/" + name }

func (s *Service) scheduleARN(group, name string) string {
	return fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule/%s/%s", s.env.Region, s.env.AccountID, group, name)
}

// scheduleInput is a definition with what the request adds to it.
type scheduleInput struct {
	definition
	ClientToken string
}

// read decodes, validates and authorises a create or an update.
func (s *Service) read(r *request) (*schedule, *scheduleInput, *wire.Error) {
	if !validName(r.name) {
		return nil, nil, badName("name", r.name)
	}
	in := &scheduleInput{}
	if err := decode(r.Body, in); err != nil {
		return nil, nil, err
	}
	if len(in.ClientToken) > 64 {
		return nil, nil, validation("1 validation error detected: Value at 'clientToken' failed to satisfy constraint: " +
			"Member must have length less than or equal to 64")
	}
	w, err := in.check(r.Now)
	if o, single := w.(once); err == nil && single {
		err = s.refusePast(time.Time(o), r.Now)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := s.mayWrite(r, in); err != nil {
		return nil, nil, err
	}
	now := r.Now.UTC()
	sc := &schedule{stored: stored{Name: r.name, Definition: in.definition, Created: now, Modified: now}, when: w}
	return sc, in, nil
}

// mayWrite checks the caller's rights. Anyone who names a role for the scheduler to assume must be allowed to pass it.
func (s *Service) mayWrite(r *request, in *scheduleInput) *wire.Error {
	if err := r.allow("scheduler:"+r.Operation, s.scheduleARN(in.GroupName, r.name), nil); err != nil {
		return err
	}
	passed := map[string][]string{"iam:PassedToService": {"scheduler.amazonaws.com"}}
	return r.allow("iam:PassRole", in.Target.RoleArn, passed)
}

func (s *Service) createSchedule(r *request) (any, *wire.Error) {
	sc, in, err := s.read(r)
	if err != nil {
		return nil, err
	}
	sc.Token, sc.TokenHash = in.ClientToken, hashOf(in.definition)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups[in.GroupName] == nil {
		return nil, notFound("Schedule group %s does not exist.", in.GroupName)
	}
	arn := map[string]string{"ScheduleArn": s.scheduleARN(in.GroupName, r.name)}
	if old := s.schedules[key(in.GroupName, r.name)]; old != nil {
		if in.ClientToken != "" && old.Token == in.ClientToken && old.TokenHash == sc.TokenHash {
			return arn, nil
		}
		return nil, conflict("Schedule %s already exists.", r.name)
	}
	s.plan(sc, r.Now.Add(-time.Nanosecond))
	if err := s.put(sc); err != nil {
		return nil, internal(err)
	}
	return arn, nil
}

func hashOf(d definition) string {
	b, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// updateSchedule replaces everything: what the request leaves out gets its default.
func (s *Service) updateSchedule(r *request) (any, *wire.Error) {
	sc, in, err := s.read(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.schedules[key(in.GroupName, r.name)]
	if old == nil {
		return nil, notFound("Schedule %s does not exist.", r.name)
	}
	sc.Created, sc.Token, sc.TokenHash = old.Created, old.Token, old.TokenHash
	sc.Deletion = old.Deletion // an update does not save what AWS is about to delete
	s.plan(sc, r.Now.Add(-time.Nanosecond))
	if err := s.put(sc); err != nil {
		return nil, internal(err)
	}
	s.outlive(old)
	return map[string]string{"ScheduleArn": s.scheduleARN(in.GroupName, r.name)}, nil
}

// find authorises the call on the schedule of its path and query; the service is locked.
func (s *Service) find(r *request) (*schedule, *wire.Error) {
	group := or(r.query.Get("groupName"), "default")
	if !validName(r.name) {
		return nil, badName("name", r.name)
	}
	if !validName(group) {
		return nil, badName("groupName", group)
	}
	if err := r.allow("scheduler:"+r.Operation, s.scheduleARN(group, r.name), nil); err != nil {
		return nil, err
	}
	sc := s.schedules[key(group, r.name)]
	if sc == nil {
		return nil, notFound("Schedule %s does not exist.", r.name)
	}
	return sc, nil
}

type scheduleOutput struct {
	Arn                  string
	Name                 string
	CreationDate         epoch
	LastModificationDate epoch
	definition
}

func (s *Service) getSchedule(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc, err := s.find(r)
	if err != nil {
		return nil, err
	}
	out := scheduleOutput{
		Arn: s.scheduleARN(sc.Definition.GroupName, sc.Name), Name: sc.Name,
		CreationDate: epoch{sc.Created}, LastModificationDate: epoch{sc.Modified}, definition: sc.Definition,
	}
	age, attempts := sc.Definition.Target.RetryPolicy.bounds()
	seconds := int(age.Seconds())
	t := *sc.Definition.Target
	t.RetryPolicy = &retryPolicy{MaximumEventAgeInSeconds: &seconds, MaximumRetryAttempts: &attempts}
	out.Target = &t
	return out, nil
}

func (s *Service) deleteSchedule(r *request) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if err := s.remove(sc); err != nil {
		return nil, internal(err)
	}
	s.outlive(sc)
	return struct{}{}, nil
}

// page reads MaxResults and NextToken; the token is the key of the last element given out.
func page(r *request) (limit int, after string, err *wire.Error) {
	limit = 100
	if v := r.query.Get("MaxResults"); v != "" {
		n, bad := strconv.Atoi(v)
		if bad != nil || n < 1 || n > 100 {
			return 0, "", validation("1 validation error detected: Value '%s' at 'maxResults' failed to satisfy constraint: "+
				"Member must have value between 1 and 100", shorten(v))
		}
		limit = n
	}
	if v := r.query.Get("NextToken"); v != "" {
		b, bad := base64.RawURLEncoding.DecodeString(v)
		if bad != nil || len(b) == 0 {
			return 0, "", validation("Invalid NextToken.")
		}
		after = string(b)
	}
	return limit, after, nil
}

func token(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

type scheduleSummary struct {
	Arn                  string
	CreationDate         epoch
	GroupName            string
	LastModificationDate epoch
	Name                 string
	State                string
	Target               struct{ Arn string }
}

func (s *Service) listSchedules(r *request) (any, *wire.Error) {
	group, prefix, state := r.query.Get("ScheduleGroup"), r.query.Get("NamePrefix"), r.query.Get("State")
	if group != "" && !validName(group) {
		return nil, badName("groupName", group)
	}
	if state != "" && state != "ENABLED" && state != "DISABLED" {
		return nil, enum("state", state, []string{"ENABLED", "DISABLED"})
	}
	limit, after, err := page(r)
	if err != nil {
		return nil, err
	}
	if err := r.allow("scheduler:ListSchedules", s.scheduleARN(or(group, "*"), "*"), nil); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if group != "" && s.groups[group] == nil {
		return nil, notFound("Schedule group %s does not exist.", group)
	}
	out := map[string]any{}
	list, last := []scheduleSummary{}, ""
	for _, k := range sortedKeys(s.schedules) {
		sc := s.schedules[k]
		if k <= after || group != "" && sc.Definition.GroupName != group || !strings.HasPrefix(sc.Name, prefix) ||
			state != "" && sc.Definition.State != state {
			continue
		}
		if len(list) == limit {
			out["NextToken"] = token(last)
			break
		}
		last = k
		sum := scheduleSummary{
			Arn: s.scheduleARN(sc.Definition.GroupName, sc.Name), GroupName: sc.Definition.GroupName, Name: sc.Name,
			State: sc.Definition.State, CreationDate: epoch{sc.Created}, LastModificationDate: epoch{sc.Modified},
		}
		sum.Target.Arn = sc.Definition.Target.Arn
		list = append(list, sum)
	}
	out["Schedules"] = list
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
