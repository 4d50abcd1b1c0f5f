package kinesis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

const maxConsumers = 20

// consumerMeta is what the store keeps of a registered consumer.
type consumerMeta struct {
	Name    string
	Created time.Time
}

type consumerOutput struct {
	ConsumerARN               string
	ConsumerCreationTimestamp timestamp
	ConsumerName              string
	ConsumerStatus            string
	StreamARN                 string `json:",omitempty"`
}

func (s *Service) consumerARN(stream string, m consumerMeta) string {
	return fmt.Sprintf("%s/consumer/%s:%d", s.streamARN(stream), m.Name, m.Created.Unix())
}

func (s *Service) describeOne(stream string, m consumerMeta) consumerOutput {
	return consumerOutput{
		ConsumerARN: s.consumerARN(stream, m), ConsumerName: m.Name, ConsumerStatus: active,
		ConsumerCreationTimestamp: timestamp(m.Created),
	}
}

// consumerRef is how a request names a consumer: by its ARN, or by the stream's and its name.
type consumerRef struct {
	ConsumerARN  string
	ConsumerName string
	StreamARN    string
}

func (s *Service) registerConsumer(c *wire.Call, in *consumerRef) (any, *wire.Error) {
	if !validName(in.ConsumerName) {
		return nil, validation("Value '%.64s' at 'consumerName' failed to satisfy constraint: Member must satisfy regular "+
			"expression pattern: [a-zA-Z0-9_.-]+", in.ConsumerName)
	}
	var out consumerOutput
	_, err := s.change(c, streamRef{StreamARN: in.StreamARN}, func(st *stream) *wire.Error {
		if st.consumer(in.ConsumerName) >= 0 {
			return inUse("Consumer %s under stream %s already exists for account %s.", in.ConsumerName, st.meta.Name,
				s.env.AccountID)
		}
		if len(st.meta.Consumers) >= maxConsumers {
			return limitExceeded("Stream %s under account %s has the most consumers it can have: %d.", st.meta.Name,
				s.env.AccountID, maxConsumers)
		}
		m := consumerMeta{Name: in.ConsumerName, Created: c.Now.UTC().Truncate(time.Millisecond)}
		st.meta.Consumers = append(slices.Clone(st.meta.Consumers), m)
		out = s.describeOne(st.meta.Name, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.ConsumerStatus = creating
	return map[string]any{"Consumer": out}, nil
}

func (s *Service) deregisterConsumer(c *wire.Call, in *consumerRef) (any, *wire.Error) {
	st, m, err := s.findConsumer(c, *in)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	before := st.meta.Consumers
	st.meta.Consumers = slices.DeleteFunc(slices.Clone(before), func(o consumerMeta) bool { return o.Name == m.Name })
	if err := s.save(st); err != nil {
		st.meta.Consumers = before
		return nil, internal(err)
	}
	for k, sub := range st.subs {
		if k.consumer == m.Name {
			sub.end()
		}
	}
	return nil, nil
}

func (s *Service) describeConsumer(c *wire.Call, in *consumerRef) (any, *wire.Error) {
	st, m, err := s.findConsumer(c, *in)
	if err != nil {
		return nil, err
	}
	out := s.describeOne(st.meta.Name, m)
	out.StreamARN = s.streamARN(st.meta.Name)
	return map[string]any{"ConsumerDescription": out}, nil
}

type listConsumersInput struct {
	StreamARN  string
	MaxResults *int
	NextToken  string
}

func (s *Service) listConsumers(c *wire.Call, in *listConsumersInput) (any, *wire.Error) {
	st, err := s.find(c, streamRef{StreamARN: in.StreamARN})
	if err != nil {
		return nil, err
	}
	limit := 100
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	if limit < 1 {
		return nil, validation("Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value greater "+
			"than or equal to 1", limit)
	}
	st.mu.Lock()
	all := slices.Clone(st.meta.Consumers)
	st.mu.Unlock()
	slices.SortFunc(all, func(a, b consumerMeta) int { return strings.Compare(a.Name, b.Name) })
	list, next := []consumerOutput{}, ""
	for _, m := range all {
		if m.Name <= in.NextToken {
			continue
		}
		if len(list) == limit {
			next = list[limit-1].ConsumerName
			break
		}
		list = append(list, s.describeOne(st.meta.Name, m))
	}
	out := map[string]any{"Consumers": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// consumer is a consumer's position in the list, -1 where there is none.
func (st *stream) consumer(name string) int {
	return slices.IndexFunc(st.meta.Consumers, func(m consumerMeta) bool { return m.Name == name })
}

// findConsumer authorises the call on the consumer that the request names and returns it with its stream, unlocked.
func (s *Service) findConsumer(c *wire.Call, r consumerRef) (*stream, consumerMeta, *wire.Error) {
	arn, name := r.StreamARN, r.ConsumerName
	if r.ConsumerARN != "" {
		var rest string
		arn, rest, _ = strings.Cut(r.ConsumerARN, "/consumer/")
		name, _, _ = strings.Cut(rest, ":")
	}
	stream, _, err := s.name(streamRef{StreamARN: arn})
	if err != nil {
		return nil, consumerMeta{}, err
	}
	resource := r.ConsumerARN
	st := s.lookup(stream, c.Now)
	m, found := consumerMeta{}, false
	if st != nil {
		st.mu.Lock()
		if i := st.consumer(name); i >= 0 {
			m, found = st.meta.Consumers[i], true
		}
		st.mu.Unlock()
	}
	if resource == "" {
		resource = fmt.Sprintf("%s/consumer/%s:*", arn, name)
		if found {
			resource = s.consumerARN(stream, m)
		}
	}
	if err := allow(c, resource); err != nil {
		return nil, consumerMeta{}, err
	}
	if !found || r.ConsumerARN != "" && r.ConsumerARN != s.consumerARN(stream, m) {
		return nil, consumerMeta{}, notFound("Consumer %s, account %s not found.", resource, s.env.AccountID)
	}
	return st, m, nil
}
