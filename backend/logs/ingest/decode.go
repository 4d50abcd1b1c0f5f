package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unique"

	"github.com/go-json-experiment/json/jsontext"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// Record is one record as a source has it.
type Record struct {
	Key     string    // the instance, unless keys are random or InstanceID is set
	Arrived time.Time // by the source's clock; zero if unknown
	Data    []byte    // lines, a CloudWatch Logs envelope, or an aggregate of the Kinesis Producer Library

	// What the source itself knows of the record, if it knows more than its data says:
	At         time.Time // when it was written
	InstanceID string
	Source     string // of its lines
}

// Decoder turns records into the entries of one instance. It is for one goroutine.
type Decoder struct {
	InstanceID string
	RandomKeys bool // keys are random
	Everybody  bool // decode the lines of every instance, each as its own

	entries []logs.Entry
	counts  logs.Counts
}

// Grow makes room for n more entries.
func (d *Decoder) Grow(n int) { d.entries = slices.Grow(d.entries, n) }

// Take returns the entries that were decoded since the last Take, and what was counted.
func (d *Decoder) Take() ([]logs.Entry, logs.Counts) {
	entries, counts := d.entries, d.counts
	d.entries, d.counts = nil, logs.Counts{}
	return entries, counts
}

// frame holds what the lines of a payload inherit from their record and envelope.
type frame struct {
	key     string
	arrived time.Time
	at      time.Time // of the record or the envelope's event; zero if neither has one
	iid     string    // named by the record or the envelope; "" if neither names one
	source  string    // likewise

	// Of an object whose message is the payload:
	wrapped bool
	level   string  // "" if it has none
	seq     *uint64 // nil if it has none
}

// instanceID matches EC2 instance IDs.
var instanceID = regexp.MustCompile(`\bi-[0-9a-f]{8,17}\b`)

// Decode decodes one record: one payload, or several if the Kinesis Producer Library aggregated it.
func (d *Decoder) Decode(r Record) {
	d.counts.Records++
	f := frame{key: r.Key, arrived: r.Arrived, at: r.At, iid: r.InstanceID, source: r.Source}
	users, ok, err := deaggregate(r.Data)
	if err != nil {
		d.malformed(f, r.Data, err)
		return
	}
	if !ok {
		d.payload(f, r.Data)
		return
	}
	for _, u := range users {
		f.key = u.key
		d.payload(f, u.data)
	}
}

// payload decodes the data of one put: a CloudWatch Logs envelope, or lines.
func (d *Decoder) payload(f frame, data []byte) {
	plain, packed, err := unpack(data)
	if err != nil {
		d.malformed(f, data, err)
		return
	}
	if !packed {
		d.lines(f, data)
		return
	}
	events, ok := cloudWatchEvents(plain)
	if !ok {
		d.lines(f, plain)
		return
	}
	for _, e := range events {
		g := f
		g.at, g.iid, g.source = e.at, cmp.Or(e.iid, f.iid), cmp.Or(e.source, f.source)
		d.lines(g, e.message)
	}
}

// lines decodes the lines of a payload, each JSON or plain text.
func (d *Decoder) lines(f frame, data []byte) {
	data = bytes.TrimRight(bytes.TrimSuffix(data, []byte("\n\x00")), "\r\n") // C programs may put the NUL too
	if len(data) == 0 {
		return
	}
	first, _, several := bytes.Cut(data, []byte{'\n'})
	if several && data[0] == '{' && !jsontext.Value(first).IsValid(lenient) && d.json(f, data) {
		return // one object laid out over several lines
	}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		data = rest
		if line = bytes.TrimRight(line, "\r"); len(line) > 0 {
			d.line(f, line)
		}
	}
}

func (d *Decoder) line(f frame, line []byte) {
	if d.object(f, line) {
		return
	}
	if i := bytes.LastIndexByte(line, '\r'); i >= 0 && d.object(f, line[i+1:]) {
		return // a progress bar before it
	}
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte(`{"`)) {
		d.malformed(f, line, errNotJSON)
		return
	}
	if !isText(line) {
		d.malformed(f, line, errNotText)
		return
	}
	d.text(f, line)
}

// object decodes a line that is a JSON object. It accepts control characters in strings, and a NUL at the end as C
// writes it. It returns false if the line is no object.
func (d *Decoder) object(f frame, line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 || line[0] != '{' {
		return false
	}
	if d.json(f, line) {
		return true
	}
	escaped, found := escapeControls(bytes.TrimRight(line, "\x00"))
	return (found || line[len(line)-1] == 0) && d.json(f, escaped)
}

// escapeControls replaces control characters, which JSON forbids in strings, with escapes. found is false if line has
// none.
func escapeControls(line []byte) (escaped []byte, found bool) {
	if !bytes.ContainsFunc(line, func(r rune) bool { return r < 0x20 }) {
		return line, false
	}
	for _, c := range line {
		if c < 0x20 {
			escaped = fmt.Appendf(escaped, `\u%04x`, c)
		} else {
			escaped = append(escaped, c)
		}
	}
	return escaped, true
}

func (d *Decoder) text(f frame, line []byte) {
	iid, ok := d.owner(f, f.iid)
	if !ok {
		return
	}
	s, style := clean(line)
	e := logs.Entry{
		InstanceID: iid, At: f.at, Arrived: f.arrived, Source: f.source, Level: textLevel(s), Text: cut(s), Style: style,
	}
	if e.Source == "" {
		e.Source = textSource(s)
	}
	d.put(e)
}

// put adds an entry. If it has no time, its arrival is used.
func (d *Decoder) put(e logs.Entry) {
	if e.At.IsZero() {
		e.At = e.Arrived
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	d.entries = append(d.entries, e)
}

// owner returns the instance that a line belongs to and whether the decoder wants it. named is the instance that the
// line or its envelope names. A line that names none belongs to its key, or to no instance if keys are random.
func (d *Decoder) owner(f frame, named string) (iid string, mine bool) {
	if d.Everybody {
		return cmp.Or(named, instanceID.FindString(f.key)), true
	}
	switch {
	case named == d.InstanceID, named == "" && f.key == d.InstanceID:
		return d.InstanceID, true
	case named == "" && d.RandomKeys && !instanceID.MatchString(f.key):
		return "", true
	}
	d.counts.Others++
	return "", false
}

// malformed adds a remark about data that cannot be read, if it may belong to this instance.
func (d *Decoder) malformed(f frame, data []byte, why error) {
	iid, ok := d.owner(f, f.iid)
	if !ok {
		return
	}
	d.counts.Malformed++
	remark := messages.New("logs.malformedRecordBytes", len(data), why.Error(), sample(data))
	d.put(logs.Entry{
		InstanceID: iid, At: f.at, Arrived: f.arrived, Level: levelWarn, Source: logs.LauncherSource, Remark: &remark,
	})
}

// sampleBytes is how much of a malformed record is shown, in bytes.
const sampleBytes = 256

func sample(data []byte) string {
	if len(data) > sampleBytes {
		return fmt.Sprintf("%q…", data[:sampleBytes])
	}
	return fmt.Sprintf("%q", data)
}

func cutMark(n int) string { return fmt.Sprintf(" … (%d bytes more)", n) }

// shared returns a canonical copy of s, so that equal strings of many lines use memory once.
func shared(s string) string { return unique.Make(s).Value() }
