package logs

import (
	"avatar-launcher/backend/messages"
	"log/slog"
	"regexp"
	"sync"
)

// The bounds if Options has none.
const (
	DefaultMaxLines = 1_000_000
	DefaultMaxBytes = 256 << 20
)

// Options configure a Book.
type Options struct {
	Source   Source // what Follow reads; needed by Follow only
	MaxLines int    // lines kept; 0 for DefaultMaxLines
	MaxBytes int    // bytes kept, bookkeeping included; 0 for DefaultMaxBytes

	OlderDir   string // folder for evicted lines, which Export includes; "" to drop them
	OlderBytes int64  // bound of that folder, oldest lines go first; 0 for DefaultOlderBytes

	ReadyPattern    *regexp.Regexp          // matches the line that means that the avatar is ready; may be nil
	ActivityPattern *regexp.Regexp          // matches lines that mean that somebody uses it; may be nil
	OnReady         func(instanceID string) // called without locks, at most once a read; must not wait for Follow
	OnActivity      func(instanceID string) // likewise, for lines younger than a minute, at most every activityInterval
	// OnViewers is called with the number of connected viewers, -1 if there are some but their number is unknown: at
	// each change, and every activityInterval while there are some. It is called without locks, and must not wait for
	// Follow.
	OnViewers func(instanceID string, viewers int)
	// OnSent is called with the bytes that the instance has sent since Follow's since, by its metrics: at most every
	// sentInterval. It is called without locks, and must not wait for Follow.
	OnSent func(instanceID string, bytes int64)

	// Translate puts the launcher's remarks into words, each time they are read; nil for English. Call LanguageChanged
	// when it says something else. It is called with locks held, and must not use the Book.
	Translate func(messages.Message) string
	Log       *slog.Logger // nil for slog.Default
}

// Book is the log: the lines that were read, within its bounds, numbered from 1. It is safe for concurrent use.
type Book struct {
	opts            Options
	log             *slog.Logger
	lineNotifier    notifier
	searchNotifier  notifier
	metricsNotifier notifier
	spill           *spill // nil if older lines are dropped

	mu           sync.Mutex
	store        store
	stats        Stats
	metrics      []Metrics
	followStates map[string]*followState
	activity     activity // last calls of OnActivity and OnViewers
	traffic      traffic  // what the followed instance has sent
	searches     []*Search
	owner        int // number of Forget calls; entries read for an earlier owner are dropped

	lastError lastError
}

// New returns an empty log.
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
		log:          o.Log.With("room", "logs"),
		store:        store{maxLines: o.MaxLines, maxBytes: o.MaxBytes, first: 1, next: 1},
		followStates: map[string]*followState{},
	}
	b.store.say = b.translate
	if o.OlderDir != "" {
		b.store.keepEvicted = true
		b.spill = &spill{dir: o.OlderDir, max: o.OlderBytes, file: spillFileBytes}
		if o.OlderBytes <= 0 {
			b.spill.max = DefaultOlderBytes
		}
	}
	return b
}

// Last returns the number of the newest line, 0 before the first.
func (b *Book) Last() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.store.next - 1
}

// Stats returns counts of what was read and of what is kept.
func (b *Book) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Dropped, s.Lines, s.Bytes = b.store.dropped, b.store.len(), b.store.bytes
	return s
}

// Clear drops all lines, spilled ones included. Metrics stay, numbering continues, and so does Follow.
func (b *Book) Clear() {
	if b.spill != nil {
		b.spill.mu.Lock()
		defer b.spill.mu.Unlock()
		defer b.spill.clear()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store.clear()
	b.lastError = lastError{}
}

// Forget drops everything of the user who had the log: lines in memory and in files, metrics, counts, searches, and
// records that a running Follow has not published. Numbering continues, so that no answer mixes two users' lines.
func (b *Book) Forget() {
	if b.spill != nil {
		b.spill.mu.Lock()
		defer b.spill.mu.Unlock()
		defer b.spill.clear()
	}
	b.mu.Lock()
	b.owner++
	b.activity, b.traffic = activity{}, traffic{}
	b.store.clear()
	b.store.sources = nil
	b.stats, b.metrics, b.lastError, b.followStates = Stats{}, nil, lastError{}, map[string]*followState{}
	searches := b.searches
	b.mu.Unlock()
	for _, l := range searches {
		l.forget()
	}
}

// append stores entries in their order: lines in the store, metrics in the series.
func (b *Book) append(entries []Entry) {
	b.mu.Lock()
	owner := b.owner
	b.mu.Unlock()
	b.appendFor(owner, entries)
}

// appendFor is append for entries that were read for owner. It stores nothing if Forget was called since.
func (b *Book) appendFor(owner int, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	b.mu.Lock()
	if owner != b.owner {
		b.mu.Unlock()
		return
	}
	first, measured := b.store.next, false
	for i := range entries {
		if m := entries[i].Metrics; m != nil {
			b.addMetrics(*m)
			measured = true
			continue
		}
		if e := &entries[i]; e.Level == LevelError {
			b.lastError = lastError{remark: e.Remark, line: Line{
				Seq: b.store.next, At: e.At.UTC(), Level: e.Level, Source: e.Source, Text: e.Text, InstanceID: e.InstanceID,
			}}
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

// Subscribe calls fn at most every 75 ms with the numbers of the first and last line added since its previous call.
// Calls do not overlap. Lines added before Subscribe are not announced, so subscribe first and read then. fn may be
// called once more while cancel returns.
func (b *Book) Subscribe(fn func(first, last uint64)) (cancel func()) {
	return b.lineNotifier.subscribe(fn)
}

// SubscribeFound calls fn at most every 75 ms if a Search has found more or has ended.
func (b *Book) SubscribeFound(fn func()) (cancel func()) {
	return b.searchNotifier.subscribe(func(uint64, uint64) { fn() })
}

// SubscribeMetrics calls fn at most every 75 ms if metrics have arrived.
func (b *Book) SubscribeMetrics(fn func()) (cancel func()) {
	return b.metricsNotifier.subscribe(func(uint64, uint64) { fn() })
}
