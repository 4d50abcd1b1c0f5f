package kinesis

import (
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
	} else if in.ShardCount == nil {
		m.Mode = onDemand
	}
	switch m.Mode {
	case onDemand:
	case provisioned:
		if in.ShardCount == nil {
			return nil, validation("Value null at 'shardCount' failed to satisfy constraint: Member must not be null")
		}
		shards = *in.ShardCount
	default:
		return nil, validation("Value '%.64s' at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must "+
			"satisfy enum value set: [PROVISIONED, ON_DEMAND]", m.Mode)
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
		return validation("Value '%d' at 'shardCount' failed to satisfy constraint: Member must have value greater than "+
			"or equal to 1", shards)
	}
	if m.MaxRecordKiB < 1024 || m.MaxRecordKiB > 10240 {
		return validation("Value '%d' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value "+
			"between 1024 and 10240", m.MaxRecordKiB)
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
		return limitExceeded("This request would exceed the shard limit for the account %s in %s. Current shard count for "+
			"the account: %d. Limit: %d.", s.env.AccountID, s.env.Region, open, maxShards)
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
		return nil,
			inUse("Stream %s under account %s has enhanced consumers. Deregister them or set EnforceConsumerDeletion.",
				st.meta.Name, s.env.AccountID)
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
		return nil, validation("Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 "+
			"and 10000", limit)
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
		return nil, validation("Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 "+
			"and 10000", limit)
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
	return map[string]int{"ShardLimit": maxShards, "OpenShardCount": open, "OnDemandStreamCount": demand,
		"OnDemandStreamCountLimit": 50}, nil
}
