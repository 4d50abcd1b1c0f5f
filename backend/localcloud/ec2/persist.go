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
	return loadAll(s, bucketTags, func(id string, tags map[string]string) { s.tags[id] = tags })
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
