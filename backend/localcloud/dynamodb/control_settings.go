package dynamodb

import (
	"context"
	"maps"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type timeToLiveInput struct {
	TimeToLiveSpecification struct {
		AttributeName string
		Enabled       bool
	}
}

func (s *Service) updateTimeToLive(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in timeToLiveInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	t, err := s.table(c, "UpdateTimeToLive")
	if err != nil {
		return nil, err
	}
	want := in.TimeToLiveSpecification
	if want.AttributeName == "" {
		return nil, invalid("TimeToLiveSpecification.AttributeName must have a length of at least 1")
	}
	out, err := s.change(ctx, func() (any, *wire.Error) {
		def := t.def
		switch {
		case want.Enabled && def.TTLAttribute != "":
			return nil, invalid("TimeToLive is already enabled")
		case !want.Enabled && def.TTLAttribute == "":
			return nil, invalid("TimeToLive is already disabled")
		case !want.Enabled && def.TTLAttribute != want.AttributeName:
			return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s",
				def.TTLAttribute)
		}
		def.TTLAttribute = ""
		if want.Enabled {
			def.TTLAttribute = want.AttributeName
		}
		return s.redefine(t, def, func() any { return map[string]any{"TimeToLiveSpecification": want} })
	})
	if err == nil {
		s.arm(s.env.Now().Add(sweepEvery))
	}
	return out, err
}

func (s *Service) describeTimeToLive(_ context.Context, c *wire.Call) (any, *wire.Error) {
	t, err := s.table(c, "DescribeTimeToLive")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if t.def.TTLAttribute != "" {
		out = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": t.def.TTLAttribute}
	}
	return map[string]any{"TimeToLiveDescription": out}, nil
}

// withTableCode turns the error of an unknown table into the code that the backup operations have for it.
func withTableCode(err *wire.Error) *wire.Error {
	if err != nil && err.Code == "ResourceNotFoundException" {
		return wire.Errorf(400, "TableNotFoundException", "%s", err.Message)
	}
	return err
}

func (s *Service) describeBackups(_ context.Context, c *wire.Call) (any, *wire.Error) {
	t, err := s.table(c, "DescribeContinuousBackups")
	if err != nil {
		return nil, withTableCode(err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t.backups(c.Now), nil
}

func (t *table) backups(now time.Time) map[string]any {
	recovery := map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}
	if t.def.Recovery {
		recovery = map[string]any{
			"PointInTimeRecoveryStatus":  "ENABLED",
			"RecoveryPeriodInDays":       35,
			"EarliestRestorableDateTime": epoch(t.def.RecoverySince),
			"LatestRestorableDateTime":   epoch(now),
		}
	}
	return map[string]any{"ContinuousBackupsDescription": map[string]any{
		"ContinuousBackupsStatus":        "ENABLED",
		"PointInTimeRecoveryDescription": recovery,
	}}
}

type backupsInput struct {
	PointInTimeRecoverySpecification *struct{ PointInTimeRecoveryEnabled bool }
}

func (s *Service) updateBackups(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in backupsInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	t, err := s.table(c, "UpdateContinuousBackups")
	if err != nil {
		return nil, withTableCode(err)
	}
	if in.PointInTimeRecoverySpecification == nil {
		return nil, constraint("null", "pointInTimeRecoverySpecification", "Member must not be null")
	}
	return s.change(ctx, func() (any, *wire.Error) {
		def := t.def
		on := in.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
		if on && !def.Recovery {
			def.RecoverySince = c.Now
		}
		def.Recovery = on
		return s.redefine(t, def, func() any { return t.backups(c.Now) })
	})
}

type tag struct{ Key, Value string }

type tagsInput struct {
	ResourceArn string
	Tags        []tag
	TagKeys     []string
}

// tagged finds the table of a tagging request.
func (s *Service) tagged(c *wire.Call, action string) (*table, tagsInput, *wire.Error) {
	var in tagsInput
	if err := decode(c.Body, &in); err != nil {
		return nil, in, err
	}
	if err := s.authorize(c, access{action: action, resource: in.ResourceArn}); err != nil {
		return nil, in, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tables[tableName(in.ResourceArn)]
	if !ok || t.def.ARN != in.ResourceArn {
		return nil, in, wire.Errorf(400, "ResourceNotFoundException",
			"Requested resource not found: ResourcArn: %s not found", in.ResourceArn)
	}
	return t, in, nil
}

func (s *Service) tagResource(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	t, in, err := s.tagged(c, "TagResource")
	if err != nil {
		return nil, err
	}
	return s.retag(ctx, t, func(tags map[string]string) {
		for _, x := range in.Tags {
			tags[x.Key] = x.Value
		}
	})
}

func (s *Service) untagResource(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	t, in, err := s.tagged(c, "UntagResource")
	if err != nil {
		return nil, err
	}
	return s.retag(ctx, t, func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
}

func (s *Service) retag(ctx context.Context, t *table, edit func(map[string]string)) (any, *wire.Error) {
	return s.change(ctx, func() (any, *wire.Error) {
		def := t.def
		def.Tags = map[string]string{}
		maps.Copy(def.Tags, t.def.Tags)
		edit(def.Tags)
		if len(def.Tags) > 50 {
			return nil, badParameter("The number of tags exceeds the limit of 50 for one resource")
		}
		return s.redefine(t, def, func() any { return nil })
	})
}

func (s *Service) listTags(_ context.Context, c *wire.Call) (any, *wire.Error) {
	t, _, err := s.tagged(c, "ListTagsOfResource")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	tags := []tag{}
	for _, k := range sortedKeys(t.def.Tags) {
		tags = append(tags, tag{Key: k, Value: t.def.Tags[k]})
	}
	return map[string]any{"Tags": tags}, nil
}
