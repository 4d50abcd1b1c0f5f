package fleet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"time"

	"avatar-launcher/backend/logs"
	logkinesis "avatar-launcher/backend/logs/kinesis"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	kinesistypes "github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// said is one line of an instance, as the stream has it.
type said struct {
	key  string // what tells it from every other line
	came time.Time
}

// stream is everything that the stream has delivered, read by the operator.
type stream struct {
	api      *kinesis.Client
	name     string
	iterator *string
	lines    map[string][]said              // by instance, in the stream's order, each once
	numbers  map[string]bool                // the producers' numbers that have come
	last     map[string]kinesistypes.Record // the newest line of each instance
}

func (w *world) stream() *stream {
	return &stream{
		api:     kinesis.NewFromConfig(w.cfg),
		name:    w.out.Stream,
		lines:   map[string][]said{},
		numbers: map[string]bool{},
		last:    map[string]kinesistypes.Record{},
	}
}

// read takes what has come since its last call. The stream has one shard.
func (s *stream) read(ctx context.Context) error {
	if s.iterator == nil {
		out, err := s.api.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
			StreamName:        &s.name,
			ShardId:           aws.String("shardId-000000000000"),
			ShardIteratorType: "TRIM_HORIZON",
		})
		if err != nil {
			return err
		}
		s.iterator = out.ShardIterator
	}
	for {
		out, err := s.api.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: s.iterator})
		if err != nil {
			return err
		}
		s.iterator = out.NextShardIterator
		for _, r := range out.Records {
			var line struct {
				TS       time.Time
				IID      string
				Seq      int64
				Src, Msg string
			}
			if err := json.Unmarshal(r.Data, &line); err != nil {
				return fmt.Errorf("record %s: %w", aws.ToString(r.SequenceNumber), err)
			}
			number := fmt.Sprint(line.IID, line.TS, line.Seq)
			if line.Src != "metrics" && !s.numbers[number] {
				s.numbers[number], s.last[line.IID] = true, r
				s.lines[line.IID] = append(s.lines[line.IID], said{
					key:  lineKey(line.TS, line.Msg),
					came: *r.ApproximateArrivalTimestamp,
				})
			}
		}
		if len(out.Records) == 0 {
			return nil
		}
	}
}

// repeatTime is how long a producer tries to put a line: none does so in the instance's next life.
const repeatTime = 30 * time.Second

// repeat puts the newest line of an instance once more, as a producer does that has not had its answer.
func (s *stream) repeat(ctx context.Context, instanceID string) error {
	if err := s.read(ctx); err != nil {
		return err
	}
	last, ok := s.last[instanceID]
	if !ok || time.Since(*last.ApproximateArrivalTimestamp) > repeatTime {
		return nil
	}
	_, err := s.api.PutRecord(ctx, &kinesis.PutRecordInput{
		StreamName:   &s.name,
		PartitionKey: last.PartitionKey,
		Data:         last.Data,
	})
	return err
}

func lineKey(at time.Time, text string) string { return at.UTC().Format(time.RFC3339Nano) + " " + text }

// reader is one desktop's log, and how far it has been compared with the stream.
type reader struct {
	*logs.Book

	mu        sync.Mutex
	following string // the instance, "" while none is followed
	since     map[string]time.Time

	seen uint64         // number of the newest line that has been compared
	next map[string]int // by instance: the place in the stream behind the last line shown
}

// withReader gives a desktop its log, over the desktop's own network; it is read as one of many readers would.
func (w *world) withReader(d *desktop, cfg aws.Config) {
	d.reader = &reader{since: map[string]time.Time{}, next: map[string]int{}, Book: logs.New(logs.Options{
		Source: logkinesis.New(logkinesis.Options{
			API: kinesis.NewFromConfig(cfg), Name: w.out.Stream, Readers: 20, Log: d.options.Log,
		}),
		ReadyPattern: regexp.MustCompile("avatar ready"),
		OnReady:      d.options.Inbox.Announced, Log: d.options.Log})}
	d.options.Logs = d.reader
}

// Follow notes what is followed, for the comparison.
func (r *reader) Follow(ctx context.Context, instanceID string, since time.Time) error {
	r.mu.Lock()
	r.following, r.since[instanceID] = instanceID, since
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		if ctx.Err() != nil && r.following == instanceID {
			r.following = ""
		}
		r.mu.Unlock()
	}()
	return r.Book.Follow(ctx, instanceID, since)
}

// followed is the instance whose log is read, "" where none is.
func (r *reader) followed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.following
}

// The clocks of a session's beginning and of the stream differ by as much as an answer takes.
const logClocks = 5 * time.Second

// broken checks the fifth invariant: the lines that the stream delivered were shown once, in order, or a gap in their
// place. current says that the desktop has had no trouble for a while: nothing that came before behind may be missing.
func (r *reader) broken(truth map[string][]said, current bool, behind time.Time) []string {
	var out []string
	r.mu.Lock()
	defer r.mu.Unlock()
	gap := uint64(0)
	for {
		page := r.Lines(logs.Query{After: r.seen, Limit: 5000})
		for _, l := range page.Lines {
			r.seen = l.Seq
			switch {
			case l.Gap > 0:
				gap += l.Gap
			case l.Source != "launcher":
				if fault := r.place(l, truth[l.InstanceID], &gap); fault != "" {
					out = append(out, fault)
				}
			}
		}
		if len(page.Lines) < 5000 {
			break
		}
	}
	if id := r.following; current && id != "" {
		for _, line := range truth[id][min(r.next[id], len(truth[id])):] {
			if line.came.After(r.since[id].Add(logClocks)) && line.came.Before(behind) {
				out = append(out, fmt.Sprintf("5: %s was not shown: %s", id, line.key))
				break
			}
		}
	}
	return out
}

// place finds one line in the stream's order, behind the last that was shown.
func (r *reader) place(l logs.Line, truth []said, gap *uint64) string {
	key, from := lineKey(l.At, l.Text), r.next[l.InstanceID]
	for i := from; i < len(truth); i++ {
		if truth[i].key != key {
			continue
		}
		for _, left := range truth[from:i] {
			if left.came.Before(r.since[l.InstanceID].Add(logClocks)) {
				continue // of a session before, or of nobody's time
			}
			if *gap == 0 {
				return fmt.Sprintf("5: %s was left out without a gap: %s", l.InstanceID, left.key)
			}
			*gap--
		}
		r.next[l.InstanceID] = i + 1
		return ""
	}
	return fmt.Sprintf("5: %s was shown twice, out of order or made up: %s", l.InstanceID, key)
}
