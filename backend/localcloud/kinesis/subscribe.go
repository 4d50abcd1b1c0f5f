package kinesis

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

const (
	subscriptionLife = 5 * time.Minute
	// takeover is how old a subscription must be before another call may replace it.
	takeover = 5 * time.Second
	// idleEvent is how often a subscription without records says so, with its position.
	idleEvent = 5 * time.Second
	// eventRecords and eventBytes bound one event.
	eventRecords = 500
	eventBytes   = 1 << 20
)

type subscriptionKey struct{ consumer, shard string }

// subscription is one open SubscribeToShard call.
type subscription struct {
	since time.Time
	once  sync.Once
	ended chan struct{} // closed when another call took over, or the consumer or the stream went
}

func (sub *subscription) end() { sub.once.Do(func() { close(sub.ended) }) }

type subscribeInput struct {
	ConsumerARN      string
	ShardId          string
	StartingPosition position
}

type subscribeEvent struct {
	ContinuationSequenceNumber string `json:",omitempty"`
	MillisBehindLatest         int64
	Records                    []recordOutput
	ChildShards                []childShard `json:",omitempty"`
}

// subscribeToShard pushes a shard's records until five minutes are over, the shard ends, or the caller leaves. It
// works on the request's own goroutine.
func (s *Service) subscribeToShard(ctx context.Context, w http.ResponseWriter, c *wire.Call) *wire.Error {
	var in subscribeInput
	if err := decode(c, &in); err != nil {
		return err
	}
	st, m, err := s.findConsumer(c, consumerRef{ConsumerARN: in.ConsumerARN})
	if err != nil {
		return err
	}
	key := subscriptionKey{m.Name, in.ShardId}
	sub, sh, place, err := s.subscribe(st, key, in.StartingPosition, c.Now)
	if err != nil {
		return err
	}
	defer st.unsubscribe(key, sub)
	h := w.Header()
	h.Set("Content-Type", "application/vnd.amazon.eventstream")
	h.Set("X-Amzn-Requestid", c.RequestID)
	w.WriteHeader(http.StatusOK)
	p := &pusher{w: w, flush: http.NewResponseController(w).Flush}
	p.send(event("initial-response", []byte("{}")))
	s.push(ctx, p, st, sh, sub, place)
	return nil
}

// subscribe opens the one subscription of a consumer and shard.
func (s *Service) subscribe(st *stream, key subscriptionKey, p position,
	now time.Time) (*subscription, *shard, uint64, *wire.Error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	sh := st.shard(key.shard)
	if sh == nil {
		return nil, nil, 0, s.noShard(st, key.shard)
	}
	place, err := s.locate(st, sh, p, now)
	if err != nil {
		return nil, nil, 0, err
	}
	if old := st.subs[key]; old != nil {
		if now.Sub(old.since) < takeover {
			return nil, nil, 0, inUse("Another active subscription exists for this consumer: %s:%s:%s:%s", s.env.AccountID,
				st.meta.Name, key.shard, key.consumer)
		}
		old.end()
	}
	sub := &subscription{since: now, ended: make(chan struct{})}
	st.subs[key] = sub
	return sub, sh, place, nil
}

func (st *stream) unsubscribe(key subscriptionKey, sub *subscription) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.subs[key] == sub {
		delete(st.subs, key)
	}
}

// push sends events until the subscription ends.
func (s *Service) push(ctx context.Context, p *pusher, st *stream, sh *shard, sub *subscription, place uint64) {
	life := time.NewTimer(subscriptionLife)
	defer life.Stop()
	idle := time.NewTicker(idleEvent)
	defer idle.Stop()
	quiet := false // the position is already said
	for p.err == nil && !s.over(ctx, p, sub, life.C) {
		ev, next, more := st.nextEvent(sh, place, s.env.Now())
		if len(ev.Records) > 0 || ev.ContinuationSequenceNumber == "" || !quiet {
			p.sendEvent(ev)
			place, quiet = next, true
			if ev.ContinuationSequenceNumber == "" {
				return
			}
			idle.Reset(idleEvent)
			continue
		}
		select {
		case <-more:
			continue
		case <-idle.C:
			quiet = false
			continue
		case <-life.C:
			return
		case <-sub.ended:
		case <-s.closed:
		case <-ctx.Done():
		}
	}
}

// over reports whether the subscription has ended, and tells the caller where another call ended it.
func (s *Service) over(ctx context.Context, p *pusher, sub *subscription, life <-chan time.Time) bool {
	select {
	case <-sub.ended:
		p.send(exception("ResourceInUseException",
			[]byte(
				`{"message":"The subscription was ended: another call took it over, or its consumer or stream was deleted."}`)))
		return true
	case <-life:
		return true
	case <-s.closed:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// nextEvent reads what a subscriber at a place gets now, and the channel that closes when there may be more. An event
// without ContinuationSequenceNumber is the last one of its shard.
func (st *stream) nextEvent(sh *shard, place uint64, now time.Time) (subscribeEvent, uint64, <-chan struct{}) {
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.collect(sh, place, eventRecords, eventBytes, now)
	ev := subscribeEvent{Records: b.records, MillisBehindLatest: b.behind}
	if st.drained(sh, b.next) {
		ev.ChildShards = st.childShards(sh)
	} else {
		ev.ContinuationSequenceNumber = continuation(sh.meta.Index, sh.meta.Created, b.next-1)
	}
	return ev, b.next, st.changed
}

// pusher writes frames to a response and remembers the first failure.
type pusher struct {
	w     http.ResponseWriter
	flush func() error
	err   error
}

func (p *pusher) send(frame []byte) {
	if p.err == nil {
		_, p.err = p.w.Write(frame)
	}
	if p.err == nil {
		p.err = p.flush()
	}
	if errors.Is(p.err, http.ErrNotSupported) { // a writer that does not buffer
		p.err = nil
	}
}

func (p *pusher) sendEvent(ev subscribeEvent) {
	b, err := json.Marshal(ev)
	if err != nil {
		p.err = err
		return
	}
	p.send(event("SubscribeToShardEvent", b))
}
