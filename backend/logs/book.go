package logs

import (
	"context"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// kinesisAPI is what the reader needs of *kinesis.Client.
type kinesisAPI interface {
	ListShards(context.Context, *kinesis.ListShardsInput, ...func(*kinesis.Options)) (*kinesis.ListShardsOutput, error)
	GetShardIterator(context.Context, *kinesis.GetShardIteratorInput, ...func(*kinesis.Options)) (*kinesis.GetShardIteratorOutput, error)
	GetRecords(context.Context, *kinesis.GetRecordsInput, ...func(*kinesis.Options)) (*kinesis.GetRecordsOutput, error)
}

// The bounds that hold where Options names none.
const (
	DefaultMaxLines = 1_000_000
	DefaultMaxBytes = 256 << 20
)

// Options are what a Book is made of. API and Stream may be absent where Follow is never called.
type Options struct {
	Stream   string     // name of the Kinesis stream
	API      kinesisAPI // *kinesis.Client
	MaxLines int        // lines kept; 0 for DefaultMaxLines
	MaxBytes int        // bytes kept, bookkeeping included; 0 for DefaultMaxBytes

	OlderDir   string // folder for the lines that these bounds push out, which Export has still; "" to drop them
	OlderBytes int64  // what they may take there, the oldest going first; 0 for DefaultOlderBytes

	ReadyPattern    *regexp.Regexp          // a line that says that the avatar is ready; may be nil
	ActivityPattern *regexp.Regexp          // a line that says that somebody uses it; may be nil
	OnReady         func(instanceID string) // called without locks, at most once for each read; must not wait for Follow
	OnActivity      func(instanceID string) // likewise, for lines less than a minute old, at most every activityInterval
	// OnViewers is called without locks with how many viewers are connected, -1 if somebody is and their number is not
	// known: at each change, and every activityInterval while there are some. It must not wait for Follow.
	OnViewers func(instanceID string, viewers int)

	Translate func(string) string // says a remark of the log's own in the reader's language; nil leaves it English

	Readers    int          // readers of a shard, 1 where nobody else reads it; 0 to go by SetFollowed
	RandomKeys bool         // producers use random partition keys: every shard is read
	Log        *slog.Logger // nil for slog.Default
}

// Book is the log: what has been read, kept within its bounds, numbered from 1 on. It is safe for concurrent use.
type Book struct {
	opts            Options
	log             *slog.Logger
	lineNotifier    notifier
	searchNotifier  notifier
	metricsNotifier notifier
	spill           *spill // nil if older lines are dropped
	cache           shardCache

	mu           sync.Mutex
	store        store
	stats        Stats
	metrics      []Metrics
	followStates map[string]*followState
	activity     activity // what OnActivity and OnViewers have last been told
	followed     []string // instances whose logs are read at present, nil if unknown
	searches     []*Search
	owner        int // counts calls of Forget: what was read for an earlier owner is dropped

	lastError Line
}

// New makes an empty log.
func New(o Options) *Book {
	if o.MaxLines <= 0 {
		o.MaxLines = DefaultMaxLines
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	b := &Book{
		opts:         o,
		log:          o.Log.With("room", "logs", "stream", o.Stream),
		store:        store{maxLines: o.MaxLines, maxBytes: o.MaxBytes, first: 1, next: 1},
		followStates: map[string]*followState{},
	}
	if o.OlderDir != "" {
		b.store.keepEvicted = true
		b.spill = &spill{dir: o.OlderDir, max: o.OlderBytes, file: spillFileBytes}
		if o.OlderBytes <= 0 {
			b.spill.max = DefaultOlderBytes
		}
	}
	return b
}

// Last is the number of the newest line, 0 before the first.
func (b *Book) Last() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.store.next - 1
}

// Stats says what has come, and what is kept.
func (b *Book) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Dropped, s.Lines, s.Bytes = b.store.dropped, b.store.len(), b.store.bytes
	return s
}

// Clear forgets the lines, older ones included; the metrics stay. Numbers go on where they were, and reading does too.
func (b *Book) Clear() {
	if b.spill != nil {
		b.spill.mu.Lock()
		defer b.spill.mu.Unlock()
		defer b.spill.clear()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store.clear()
	b.lastError = Line{}
}

// Forget drops everything of the user who had the log: lines in memory and in files, metrics, counts, searches, and what
// is still being read. It returns when all of that is gone. Numbers continue, so that no answer mixes two users' lines.
func (b *Book) Forget() {
	if b.spill != nil {
		b.spill.mu.Lock()
		defer b.spill.mu.Unlock()
		defer b.spill.clear()
	}
	b.mu.Lock()
	b.owner++
	b.activity = activity{}
	b.store.clear()
	b.store.sources = nil
	b.stats, b.metrics, b.lastError, b.followStates = Stats{}, nil, Line{}, map[string]*followState{}
	searches := b.searches
	b.mu.Unlock()
	for _, l := range searches {
		l.forget()
	}
}

// Remark adds a line of the launcher's own.
func (b *Book) Remark(level, text string) {
	b.append([]entry{remark(level, text, "", 0)})
}

// remark makes a line of the launcher's own about an instance.
func remark(level, text, instanceID string, gap uint64) entry {
	text, _ = cleanString(text)
	return entry{at: time.Now(), level: Level(level), source: launcherSource, text: text, iid: instanceID, gap: gap}
}

// append stores entries in their order: lines in the log, metrics beside it.
func (b *Book) append(entries []entry) {
	b.mu.Lock()
	owner := b.owner
	b.mu.Unlock()
	b.appendFor(owner, entries)
}

// appendFor is append for entries that were read for an owner. It stores nothing if Forget was called since.
func (b *Book) appendFor(owner int, entries []entry) {
	if len(entries) == 0 {
		return
	}
	if b.opts.Translate != nil {
		for i := range entries {
			if e := &entries[i]; e.source == launcherSource {
				e.text = b.opts.Translate(e.text)
			}
		}
	}
	b.mu.Lock()
	if owner != b.owner {
		b.mu.Unlock()
		return
	}
	first, measured := b.store.next, false
	for i := range entries {
		if m := entries[i].metrics; m != nil {
			b.addMetrics(*m)
			measured = true
			continue
		}
		if e := &entries[i]; e.level == levelError {
			b.lastError = Line{Seq: b.store.next, At: e.at.UTC(), Level: e.level, Source: e.source, Text: e.text, InstanceID: e.iid}
		}
		b.store.add(&entries[i])
	}
	last, evicted := b.store.next-1, len(b.store.evicted) > 0
	b.mu.Unlock()
	if evicted {
		b.flushEvicted()
	}
	if measured {
		b.metricsNotifier.notify(1, 1)
	}
	if last >= first {
		b.lineNotifier.notify(first, last)
	}
}

// Subscribe calls fn with the numbers of the first and last line that were added since its last call, at most
// every 75 ms. Calls do not overlap. Lines added before Subscribe are not announced: subscribe, then read. fn may
// be called once more while cancel returns.
func (b *Book) Subscribe(fn func(first, last uint64)) (cancel func()) {
	return b.lineNotifier.subscribe(fn)
}

// SubscribeFound calls fn when a search of a Search has found more or has come to its end, at most every 75 ms.
func (b *Book) SubscribeFound(fn func()) (cancel func()) {
	return b.searchNotifier.subscribe(func(uint64, uint64) { fn() })
}

// SubscribeMetrics calls fn when metrics have come, at most every 75 ms.
func (b *Book) SubscribeMetrics(fn func()) (cancel func()) {
	return b.metricsNotifier.subscribe(func(uint64, uint64) { fn() })
}
