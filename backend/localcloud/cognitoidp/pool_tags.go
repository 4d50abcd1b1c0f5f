package cognitoidp

import (
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type tagInput struct {
	ResourceArn string
	Tags        map[string]string
	TagKeys     []string
}

func (s *Service) poolOfARN(arn string) (*pool, error) {
	_, id, _ := strings.Cut(arn, ":userpool/")
	return s.poolByID(id)
}

func tagResource(s *Service, c *wire.Call, in *tagInput) (any, error) {
	return s.retag(c.Now, in.ResourceArn, func(tags map[string]string) {
		for k, v := range in.Tags {
			tags[k] = v
		}
	})
}

func untagResource(s *Service, c *wire.Call, in *tagInput) (any, error) {
	return s.retag(c.Now, in.ResourceArn, func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
}

func (s *Service) retag(now time.Time, arn string, change func(map[string]string)) (any, error) {
	p, err := s.poolOfARN(arn)
	if err != nil {
		return nil, err
	}
	if p.Config.UserPoolTags == nil {
		p.Config.UserPoolTags = map[string]string{}
	}
	change(p.Config.UserPoolTags)
	p.Modified = now
	s.writePool(p)
	return nil, nil
}

func listTags(s *Service, _ *wire.Call, in *tagInput) (any, error) {
	p, err := s.poolOfARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags := p.Config.UserPoolTags
	if tags == nil {
		tags = map[string]string{}
	}
	return map[string]any{"Tags": tags}, nil
}
