package ec2

import (
	"encoding/json"
	"fmt"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// The buckets of the store.
const (
	bucketInstances = "ec2.instances"
	bucketTemplates = "ec2.launch-templates"
	bucketTokens    = "ec2.client-tokens"
	bucketTags      = "ec2.tags"
	bucketVPCs      = "ec2.vpcs"
	bucketSubnets   = "ec2.subnets"
	bucketGroups    = "ec2.security-groups"
	bucketPrefixes  = "ec2.prefix-lists"
	bucketTasks     = "ec2.replace-root-volume-tasks"
)

// load reads the state. An instance that was up when the process died is up still: its transitions go by the clock.
func (s *Service) load() error {
	err := loadAll(s, bucketInstances, func(id string, in instance) {
		s.instances[id] = &in
		s.serial = max(s.serial, in.Serial)
		for _, ip := range []string{in.PublicIP, in.PrivateIP} {
			if ip != "" {
				s.addresses[ip] = id
			}
		}
	})
	if err != nil {
		return err
	}
	if err := loadAll(s, bucketTemplates, func(id string, t template) { s.templates[id] = &t }); err != nil {
		return err
	}
	if err := loadAll(s, bucketTokens, func(token string, t launchToken) { s.tokens[token] = t }); err != nil {
		return err
	}
	if err := loadAll(s, bucketTags, func(id string, tags map[string]string) { s.tags[id] = tags }); err != nil {
		return err
	}
	if err := loadAll(s, bucketTasks, func(id string, t replaceTask) {
		s.tasks[id], s.serial = t, max(s.serial, t.Serial)
	}); err != nil {
		return err
	}
	return s.loadNetworks()
}

func (s *Service) loadNetworks() error {
	if err := loadAll(s, bucketVPCs, func(id string, v vpcState) {
		s.vpcStates[id], s.serial = v, max(s.serial, v.Serial)
	}); err != nil {
		return err
	}
	if err := loadAll(s, bucketSubnets, func(id string, sn subnetState) {
		s.subnetsOf[id], s.serial = sn, max(s.serial, sn.Serial)
	}); err != nil {
		return err
	}
	if err := loadAll(s, bucketGroups, func(id string, g group) {
		s.groups[id], s.serial = g, max(s.serial, g.Serial)
	}); err != nil {
		return err
	}
	return loadAll(s, bucketPrefixes, func(id string, l prefixList) {
		s.prefixes[id], s.serial = l, max(s.serial, l.Serial)
	})
}

func loadAll[T any](s *Service, bucket string, keep func(key string, v T)) error {
	return s.st.Each(bucket, func(key string, data []byte) error {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			return fmt.Errorf("read %s %s of the embedded cloud: %w", bucket, key, err)
		}
		keep(key, v)
		return nil
	})
}

// resume sets the timers of loaded instances, and tells those that are up to Options.Changed from a timer, so that
// they boot on.
func (s *Service) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.env.Now()
	for _, t := range s.tasks {
		s.scheduleTask(t, now)
	}
	for _, in := range s.sorted() {
		s.schedule(in, now)
		if in.State != running {
			continue
		}
		id, launched := in.ID, in.LaunchTime
		s.timers[id] = time.AfterFunc(0, func() { s.tell(id, launched) })
	}
}

// tell repeats an instance that is running still, as loaded.
func (s *Service) tell(id string, launched time.Time) {
	_ = s.update(s.env.Now(), func(ch *change) *wire.Error {
		if in, ok := s.instances[id]; ok && !s.closed && in.State == running && in.LaunchTime.Equal(launched) {
			ch.events = append(ch.events, in.value())
		}
		return nil
	})
}

// forget removes an instance from memory. The caller holds s.mu.
func (s *Service) forget(in *instance) {
	delete(s.instances, in.ID)
	delete(s.pastTags, in.ID)
	if t := s.timers[in.ID]; t != nil {
		t.Stop()
		delete(s.timers, in.ID)
	}
}
