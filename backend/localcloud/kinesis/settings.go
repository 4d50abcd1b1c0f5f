package kinesis

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"avatar-launcher/backend/localcloud/wire"
)

type updateStreamModeInput struct {
	StreamARN         string
	StreamModeDetails modeDetails
}

func (s *Service) updateStreamMode(c *wire.Call, in *updateStreamModeInput) (any, *wire.Error) {
	if m := in.StreamModeDetails.StreamMode; m != provisioned && m != onDemand {
		return nil, validation("Value '%.64s' at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must "+
			"satisfy enum value set: [PROVISIONED, ON_DEMAND]", m)
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
		return nil, validation("Value '%d' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value "+
			"between 1024 and 10240", n)
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

func (in *retentionInput) check() *wire.Error {
	if in.RetentionPeriodHours < 24 {
		return invalidArgument("Minimum allowed retention period is 24 hours. Requested retention period (%d hours) is too "+
			"short.", in.RetentionPeriodHours)
	}
	return nil
}

func (s *Service) increaseRetention(c *wire.Call, in *retentionInput) (any, *wire.Error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		if in.RetentionPeriodHours < st.meta.RetentionHours {
			return invalidArgument("Requested retention period (%d hours) for stream %s can not be shorter than existing "+
				"retention period (%d hours). Use DecreaseRetentionPeriod API.", in.RetentionPeriodHours, st.meta.Name,
				st.meta.RetentionHours)
		}
		st.meta.RetentionHours = in.RetentionPeriodHours
		return nil
	})
}

func (s *Service) decreaseRetention(c *wire.Call, in *retentionInput) (any, *wire.Error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		if in.RetentionPeriodHours > st.meta.RetentionHours {
			return invalidArgument("Requested retention period (%d hours) for stream %s can not be longer than existing "+
				"retention period (%d hours). Use IncreaseRetentionPeriod API.", in.RetentionPeriodHours, st.meta.Name,
				st.meta.RetentionHours)
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

// checkTags refuses tags with characters that no tag may have. % is refused later, by the stream.
func checkTags(tags map[string]string) *wire.Error {
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Zs, r) &&
			!strings.ContainsRune("_./=+-%@:", r)
	}
	for k, v := range tags {
		if strings.ContainsFunc(k+v, bad) {
			return invalidArgument("Some tags contain invalid characters. Valid characters: " +
				"Unicode letters, digits, white space, _ . / = + - %% @.")
		}
	}
	return nil
}

func (s *Service) addTags(c *wire.Call, in *tagsInput) (any, *wire.Error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	return s.change(c, in.streamRef, func(st *stream) *wire.Error {
		tags := map[string]string{}
		for k, v := range st.meta.Tags {
			tags[k] = v
		}
		for k, v := range in.Tags {
			if strings.Contains(k+v, "%") {
				return invalidArgument("Failed to add tags to stream %s under account %s because some tags contained illegal "+
					"characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
					st.meta.Name, s.env.AccountID)
			}
			tags[k] = v
		}
		if len(tags) > 50 {
			return invalidArgument("Failed to add tags to stream %s under account %s because a given stream cannot have more "+
				"than 50 tags associated with it.", st.meta.Name, s.env.AccountID)
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
