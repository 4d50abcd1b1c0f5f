package kinesis

import (
	"slices"
	"sort"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type modeDetails struct{ StreamMode string }

type createStreamInput struct {
	StreamName         string
	ShardCount         *int
	StreamModeDetails  *modeDetails
	MaxRecordSizeInKiB *int
	Tags               map[string]string
}

func (s *Service) createStream(c *wire.Call, in *createStreamInput) (any, *wire.Error) {
	name, arn, err := s.name(streamRef{StreamName: in.StreamName})
	if err != nil {
		return nil, err
	}
	if err := allow(c, arn); err != nil {
		return nil, err
	}
	m := streamMeta{Name: name, Mode: provisioned, RetentionHours: 24, MaxRecordKiB: 1024, Tags: in.Tags}
	shards := 4 // what AWS gives a new on-demand stream
	if in.StreamModeDetails != nil {
		m.Mode = in.StreamModeDetails.StreamMode
	}
	switch m.Mode {
	case onDemand:
	case provisioned:
		if in.ShardCount == nil {
			return nil, validation("Value null at 'shardCount' failed to satisfy constraint: Member must not be null")
		}
		shards = *in.ShardCount
	default:
		return nil, validation("Value '%.64s' at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]", m.Mode)
	}
	if in.MaxRecordSizeInKiB != nil {
		m.MaxRecordKiB = *in.MaxRecordSizeInKiB
	}
	return nil, s.create(m, shards, c.Now)
}

// CreateStream makes a provisioned stream as an operator's set-up does; one that exists stays as it is.
func (s *Service) CreateStream(name string, shards int) error {
	err := s.create(streamMeta{Name: name, Mode: provisioned, RetentionHours: 24, MaxRecordKiB: 1024}, shards, s.env.Now())
	if err != nil && err.Code != "ResourceInUseException" {
		return err
	}
	return nil
}

// create checks the limits, then stores the stream before anybody can see it.
func (s *Service) create(m streamMeta, shards int, now time.Time) *wire.Error {
	if shards < 1 {
		return validation("Value '%d' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1", shards)
	}
	if m.MaxRecordKiB < 1024 || m.MaxRecordKiB > 10240 {
		return validation("Value '%d' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value between 1024 and 10240", m.MaxRecordKiB)
	}
	s.lookup(m.Name, now) // forgets one whose deletion is complete
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[m.Name] != nil {
		return inUse("Stream %s under account %s already exists.", m.Name, s.env.AccountID)
	}
	open := 0
	for _, st := range s.streams {
		st.mu.Lock()
		open += len(st.openShards())
		st.mu.Unlock()
	}
	if open+shards > maxShards {
		return limitExceeded("This request would exceed the shard limit for the account %s in %s. Current shard count for the account: %d. Limit: %d.", s.env.AccountID, s.env.Region, open, maxShards)
	}
	m.Created = now.UTC().Truncate(time.Millisecond)
	st := newStream(m)
	s.settleLater(st, creating, now)
	for i := range shards {
		end := maxHashKey
		if i+1 < shards {
			end = boundary(i+1, shards).minus(1)
		}
		st.addShard(st.meta.Created, boundary(i, shards), end, "", "")
	}
	if err := s.save(st); err != nil {
		return internal(err)
	}
	s.streams[m.Name] = st
	return nil
}

// settleLater starts a transition of the stream. The stream is locked.
func (s *Service) settleLater(st *stream, status string, now time.Time) {
	st.meta.Transition, st.meta.Settles = status, now.Add(s.opts.Transition)
}

type deleteStreamInput struct {
	streamRef
	EnforceConsumerDeletion bool
}

func (s *Service) deleteStream(c *wire.Call, in *deleteStreamInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.gone {
		return nil, inUse("Stream %s under account %s is being deleted.", st.meta.Name, s.env.AccountID)
	}
	if len(st.meta.Consumers) > 0 && !in.EnforceConsumerDeletion {
		return nil, inUse("Stream %s under account %s has enhanced consumers. Deregister them or set EnforceConsumerDeletion.", st.meta.Name, s.env.AccountID)
	}
	if err := s.st.Apply(st.forget()...); err != nil {
		return nil, internal(err)
	}
	s.settleLater(st, deleting, c.Now)
	st.gone = true
	if st.timer != nil {
		st.timer.Stop()
	}
	for _, sh := range st.shards {
		sh.log, sh.bytes, sh.base = nil, 0, sh.next()
		sh.ready = sh.base
	}
	for _, sub := range st.subs {
		sub.end()
	}
	st.wake()
	return nil, nil
}

type listStreamsInput struct {
	Limit                    *int
	ExclusiveStartStreamName string
	NextToken                string
}

type streamSummary struct {
	StreamARN               string
	StreamCreationTimestamp timestamp
	StreamModeDetails       modeDetails
	StreamName              string
	StreamStatus            string
}

func (s *Service) listStreams(c *wire.Call, in *listStreamsInput) (any, *wire.Error) {
	if err := allow(c, s.streamARN("*")); err != nil {
		return nil, err
	}
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > 10000 {
		return nil, validation("Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 10000", limit)
	}
	after := max(in.NextToken, in.ExclusiveStartStreamName)
	names, summaries, more := []string{}, []streamSummary{}, false
	for _, st := range s.all() {
		st.mu.Lock()
		status, mode := st.status(c.Now), st.meta.Mode
		st.mu.Unlock()
		if status == "" || st.meta.Name <= after {
			continue
		}
		if more = len(names) == limit; more {
			break
		}
		names = append(names, st.meta.Name)
		summaries = append(summaries, streamSummary{
			StreamARN: s.streamARN(st.meta.Name), StreamName: st.meta.Name, StreamStatus: status,
			StreamCreationTimestamp: timestamp(st.meta.Created), StreamModeDetails: modeDetails{mode},
		})
	}
	out := map[string]any{"StreamNames": names, "StreamSummaries": summaries, "HasMoreStreams": more}
	if more {
		out["NextToken"] = names[len(names)-1]
	}
	return out, nil
}

// enhancedMonitoring is what AWS lists for a stream without shard-level metrics.
var enhancedMonitoring = []map[string][]string{{"ShardLevelMetrics": {}}}

// describe fills what DescribeStream and DescribeStreamSummary share. The stream is locked.
func (s *Service) describe(st *stream, now time.Time) map[string]any {
	out := map[string]any{
		"StreamName": st.meta.Name, "StreamARN": s.streamARN(st.meta.Name), "StreamStatus": st.status(now),
		"StreamModeDetails":       modeDetails{st.meta.Mode},
		"StreamCreationTimestamp": timestamp(st.meta.Created),
		"RetentionPeriodHours":    st.meta.RetentionHours,
		"EnhancedMonitoring":      enhancedMonitoring, "EncryptionType": st.encryption(),
	}
	if st.meta.KeyID != "" {
		out["KeyId"] = st.meta.KeyID
	}
	return out
}

type describeStreamInput struct {
	streamRef
	Limit                 *int
	ExclusiveStartShardId string
}

func (s *Service) describeStream(c *wire.Call, in *describeStreamInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > 10000 {
		return nil, validation("Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 10000", limit)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	d := s.describe(st, c.Now)
	shards := st.listed(in.ExclusiveStartShardId, nil)
	d["HasMoreShards"] = len(shards) > limit
	d["Shards"] = describeShards(shards[:min(limit, len(shards))])
	return map[string]any{"StreamDescription": d}, nil
}

type streamInput struct{ streamRef }

func (s *Service) describeStreamSummary(c *wire.Call, in *streamInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	d := s.describe(st, c.Now)
	d["OpenShardCount"], d["ConsumerCount"] = len(st.openShards()), len(st.meta.Consumers)
	d["MaxRecordSizeInKiB"] = st.meta.MaxRecordKiB
	return map[string]any{"StreamDescriptionSummary": d}, nil
}

func (s *Service) describeLimits(c *wire.Call, _ *struct{}) (any, *wire.Error) {
	if err := allow(c, "*"); err != nil {
		return nil, err
	}
	open, demand := 0, 0
	for _, st := range s.all() {
		st.mu.Lock()
		open += len(st.openShards())
		if st.meta.Mode == onDemand {
			demand++
		}
		st.mu.Unlock()
	}
	return map[string]int{"ShardLimit": maxShards, "OpenShardCount": open, "OnDemandStreamCount": demand, "OnDemandStreamCountLimit": 50}, nil
}

type updateStreamModeInput struct {
	StreamARN         string
	StreamModeDetails modeDetails
}

func (s *Service) updateStreamMode(c *wire.Call, in *updateStreamModeInput) (any, *wire.Error) {
	if m := in.StreamModeDetails.StreamMode; m != provisioned && m != onDemand {
		return nil, validation("Value '%.64s' at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]", m)
	}
	return s.change(c, streamRef{StreamARN: in.StreamARN}, func(st *stream) *wire.Error {
		st.meta.Mode = in.StreamModeDetails.StreamMode
		s.settleLater(st, updating, c.Now)
		return nil
	})
}

type updateMaxRecordSizeInput struct {
	StreamARN          string
	MaxRecordSizeInKiB int
}

func (s *Service) updateMaxRecordSize(c *wire.Call, in *updateMaxRecordSizeInput) (any, *wire.Error) {
	if n := in.MaxRecordSizeInKiB; n < 1024 || n > 10240 {
		return nil, validation("Value '%d' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value between 1024 and 10240", n)
	}
	return s.change(c, streamRef{StreamARN: in.StreamARN}, func(st *stream) *wire.Error {
		st.meta.MaxRecordKiB = in.MaxRecordSizeInKiB
		return nil
	})
}

// change runs f on an ACTIVE stream and stores the result; f's error, or the store's, leaves the stream as it was.
func (s *Service) change(c *wire.Call, ref streamRef, f func(*stream) *wire.Error) (any, *wire.Error) {
	st, err := s.findActive(c, ref)
	if err != nil {
		return nil, err
	}
	defer st.mu.Unlock()
	undo := st.snapshot()
	if err := f(st); err != nil {
		undo()
		return nil, err
	}
	if err := s.save(st); err != nil {
		undo()
		return nil, internal(err)
	}
	return nil, nil
}

// snapshot returns what puts the stream's meta data and shards back. Maps and lists in it are replaced, never changed.
func (st *stream) snapshot() func() {
	meta, shards, next := st.meta, slices.Clone(st.shards), st.nextIdx
	metas := make([]shardMeta, len(shards))
	for i, sh := range shards {
		metas[i] = sh.meta
	}
	return func() {
		st.meta, st.shards, st.nextIdx = meta, shards, next
		for i, sh := range shards {
			sh.meta = metas[i]
		}
	}
}

type retentionInput struct {
	streamRef
	RetentionPeriodHours int
}

func (s *Service) increaseRetention(c *wire.Call, in *retentionInput) (any, *wire.Error) {
	if in.RetentionPeriodHours < 24 || in.RetentionPeriodHours > 8760 {
		return nil, invalidArgument("Retention period hours %d is not between 24 and 8760", in.RetentionPeriodHours)
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		if in.RetentionPeriodHours < st.meta.RetentionHours {
			return invalidArgument("Requested retention period (%d hours) for stream %s can not be shorter than existing retention period (%d hours). Use DecreaseRetentionPeriod API.", in.RetentionPeriodHours, st.meta.Name, st.meta.RetentionHours)
		}
		st.meta.RetentionHours = in.RetentionPeriodHours
		return nil
	})
}

func (s *Service) decreaseRetention(c *wire.Call, in *retentionInput) (any, *wire.Error) {
	if in.RetentionPeriodHours < 24 || in.RetentionPeriodHours > 8760 {
		return nil, invalidArgument("Retention period hours %d is not between 24 and 8760", in.RetentionPeriodHours)
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		if in.RetentionPeriodHours > st.meta.RetentionHours {
			return invalidArgument("Requested retention period (%d hours) for stream %s can not be longer than existing retention period (%d hours). Use IncreaseRetentionPeriod API.", in.RetentionPeriodHours, st.meta.Name, st.meta.RetentionHours)
		}
		st.meta.RetentionHours = in.RetentionPeriodHours
		if st.timer != nil {
			st.timer.Stop()
			st.timer = nil
		}
		if err := s.trim(st, c.Now); err != nil {
			return internal(err)
		}
		return nil
	})
}

type encryptionInput struct {
	streamRef
	EncryptionType string
	KeyId          string
}

func (s *Service) startEncryption(c *wire.Call, in *encryptionInput) (any, *wire.Error) {
	return s.setEncryption(c, in, in.KeyId)
}

func (s *Service) stopEncryption(c *wire.Call, in *encryptionInput) (any, *wire.Error) {
	return s.setEncryption(c, in, "")
}

func (s *Service) setEncryption(c *wire.Call, in *encryptionInput, key string) (any, *wire.Error) {
	if in.EncryptionType != "KMS" || in.KeyId == "" {
		return nil, invalidArgument("EncryptionType must be KMS, with a KeyId")
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		st.meta.KeyID = key
		s.settleLater(st, updating, c.Now)
		return nil
	})
}

type tagsInput struct {
	streamRef
	Tags                 map[string]string
	TagKeys              []string
	ExclusiveStartTagKey string
	Limit                *int
}

func (s *Service) addTags(c *wire.Call, in *tagsInput) (any, *wire.Error) {
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		tags := map[string]string{}
		for k, v := range st.meta.Tags {
			tags[k] = v
		}
		for k, v := range in.Tags {
			tags[k] = v
		}
		if len(tags) > 50 {
			return invalidArgument("Failed to add tags to stream %s under account %s because a given stream cannot have more than 50 tags associated with it.", st.meta.Name, s.env.AccountID)
		}
		st.meta.Tags = tags
		return nil
	})
}

func (s *Service) removeTags(c *wire.Call, in *tagsInput) (any, *wire.Error) {
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		tags := map[string]string{}
		for k, v := range st.meta.Tags {
			tags[k] = v
		}
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
		st.meta.Tags = tags
		return nil
	})
}

func (s *Service) listTags(c *wire.Call, in *tagsInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	type tag struct{ Key, Value string }
	tags := []tag{}
	for k, v := range st.meta.Tags {
		if k > in.ExclusiveStartTagKey {
			tags = append(tags, tag{k, v})
		}
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].Key < tags[j].Key })
	limit := len(tags)
	if in.Limit != nil && *in.Limit > 0 {
		limit = min(limit, *in.Limit)
	}
	return map[string]any{"Tags": tags[:limit], "HasMoreTags": limit < len(tags)}, nil
}
