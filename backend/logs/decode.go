package logs

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"time"
	"unique"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/go-json-experiment/json/jsontext"
)

// decoder turns Kinesis records into entries of one instance. It is for one goroutine.
type decoder struct {
	iid       string
	random    bool // partition keys are random
	everybody bool // decode the lines of every instance, each as its own
	entries   []entry
	stats     Stats // Others and Malformed
}

// frame holds what the lines of a payload inherit from their record and envelope.
type frame struct {
	key     string // partition key
	arrived time.Time
	at      time.Time // of the envelope's event; zero if there is none
	iid     string    // named by the envelope; "" if it names none
	source  string    // likewise

	// Of an object whose message is the payload:
	wrapped bool
	level   string  // "" if it has none
	seq     *uint64 // nil if it has none
}

// instanceID matches EC2 instance IDs.
var instanceID = regexp.MustCompile(`\bi-[0-9a-f]{8,17}\b`)

// record decodes one Kinesis record: one payload, or several if the KPL aggregated it.
func (d *decoder) record(r types.Record) {
	f := frame{key: text(r.PartitionKey)}
	if r.ApproximateArrivalTimestamp != nil {
		f.arrived = *r.ApproximateArrivalTimestamp
	}
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
func (d *decoder) payload(f frame, data []byte) {
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
		g.at, g.iid, g.source = e.at, e.iid, e.source
		d.lines(g, e.message)
	}
}

// lines decodes the lines of a payload, each JSON or plain text.
func (d *decoder) lines(f frame, data []byte) {
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

func (d *decoder) line(f frame, line []byte) {
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
func (d *decoder) object(f frame, line []byte) bool {
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

func (d *decoder) text(f frame, line []byte) {
	iid, ok := d.owner(f, f.iid)
	if !ok {
		return
	}
	s, style := clean(line)
	e := entry{iid: iid, at: f.at, arrived: f.arrived, source: f.source, level: textLevel(s), text: cut(s), style: style}
	if e.source == "" {
		e.source = textSource(s)
	}
	d.put(e)
}

// put adds an entry. If it has no time, its arrival is used.
func (d *decoder) put(e entry) {
	if e.at.IsZero() {
		e.at = e.arrived
	}
	if e.at.IsZero() {
		e.at = time.Now()
	}
	d.entries = append(d.entries, e)
}

// owner returns the instance that a line belongs to and whether the decoder wants it. named is the instance that the
// line or its envelope names. A line that names none belongs to the partition key, or to no instance if keys are
// random.
func (d *decoder) owner(f frame, named string) (iid string, mine bool) {
	if d.everybody {
		return cmp.Or(named, instanceID.FindString(f.key)), true
	}
	switch {
	case named == d.iid, named == "" && f.key == d.iid:
		return d.iid, true
	case named == "" && d.random && !instanceID.MatchString(f.key):
		return "", true
	}
	d.stats.Others++
	return "", false
}

// malformed adds a remark about data that cannot be read, if it may belong to this instance.
func (d *decoder) malformed(f frame, data []byte, why error) {
	iid, ok := d.owner(f, f.iid)
	if !ok {
		return
	}
	d.stats.Malformed++
	d.put(entry{
		iid: iid, at: f.at, arrived: f.arrived, level: levelWarn, source: launcherSource,
		text: malformedText(len(data), why, sample(data)),
	})
}

func malformedText(bytes int, why error, sample string) string {
	return fmt.Sprintf("malformed record (%d bytes, %v): %s", bytes, why, sample)
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

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// shared returns a canonical copy of s, so that equal strings of many lines use memory once.
func shared(s string) string { return unique.Make(s).Value() }
