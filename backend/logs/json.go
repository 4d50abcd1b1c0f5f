package logs

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// lenient accepts what encoding/json accepts and producers send: invalid UTF-8, and duplicate names, of which the last
// counts.
var lenient = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

var (
	errNotJSON = errors.New("broken JSON")
	errNotText = errors.New("not text")

	errNotMetrics = errors.New("metrics that are not numbers of version 1")
)

// message is a line in the launcher's own schema:
//
//	{"v":1,"ts":RFC3339Nano,"seq":n,"iid":"i-…","epoch":n,"lvl":"info","src":"unreal","msg":"…"}
//
// and a metrics record, which has "src":"metrics" and numbers.
type message struct {
	V   int       `json:"v"`
	TS  time.Time `json:"ts"`
	Seq *uint64   `json:"seq"`
	IID string    `json:"iid"`
	Lvl string    `json:"lvl"`
	Src string    `json:"src"`
	Msg *string   `json:"msg"`

	CPU     *float64 `json:"cpu"`
	GPU     *float64 `json:"gpu"`
	Mem     *float64 `json:"mem"`
	NetOut  *float64 `json:"net_out"`
	FPS     *float64 `json:"fps"`
	Players *float64 `json:"players"`
}

// metricsSource is the source of metrics records.
const metricsSource = "metrics"

// json decodes one JSON object. It returns false if data is none.
func (d *decoder) json(f frame, data []byte) bool {
	var m message
	if err := json.Unmarshal(data, &m, lenient); err != nil || m.V == 0 || (m.Msg == nil && m.Src != metricsSource) {
		return d.foreign(f, data)
	}
	d.message(f, &m)
	return true
}

// message adds the entry of a decoded object.
func (d *decoder) message(f frame, m *message) {
	named := m.IID
	if named == "" {
		named = f.iid
	}
	iid, ok := d.owner(f, named)
	if !ok {
		return
	}
	e := entry{iid: iid, at: m.TS, arrived: f.arrived, stamped: showable(m.TS)}
	if !e.stamped {
		e.at = f.at
	}
	if m.Seq != nil {
		e.sequenced, e.seq = true, *m.Seq
	}
	if m.Src == metricsSource {
		e.source = metricsSource
		e.metrics = &Metrics{CPU: m.CPU, GPU: m.GPU, Mem: m.Mem, NetOut: m.NetOut, FPS: m.FPS, Players: m.Players}
		d.put(e)
		last := &d.entries[len(d.entries)-1]
		last.metrics.At = last.at.UTC()
		return
	}
	e.level, e.source = Level(m.Lvl), source(m.Src, f.source)
	e.text, e.style = cleanString(strings.TrimRight(*m.Msg, "\r\n"))
	if m.Lvl == "" {
		e.level = textLevel(e.text)
	}
	e.text = cut(e.text)
	d.put(e)
}

// showable reports whether a time fits nanoseconds since 1970 in 64 bits, which is how rows store it.
func showable(t time.Time) bool {
	return !t.IsZero() && t.Year() >= 1970 && t.Year() < 2262
}

// maxSource bounds the name of a source, in bytes.
const maxSource = 64

// source returns the line's own source, else the envelope's, else "instance". An instance cannot use the launcher's.
func source(own, envelope string) string {
	if own == "" {
		own = envelope
	}
	switch own {
	case "":
		return "instance"
	case launcherSource:
		return "instance" // only the launcher may use this source
	}
	if len(own) > maxSource {
		own = strings.ToValidUTF8(own[:maxSource], "")
	}
	own, _ = cleanString(own)
	return shared(own)
}

// foreign decodes a JSON object of another schema, such as Fluent Bit's, Vector's or a structured logger's. An object
// without a known message field is shown whole.
func (d *decoder) foreign(f frame, data []byte) bool {
	var o map[string]any
	if json.Unmarshal(data, &o, lenient) != nil {
		return false
	}
	m := message{
		IID: first(o, "iid", "ec2_instance_id", "instance_id", "instanceId"),
		Lvl: first(o, "lvl", "level", "severity", "log_level"),
		Src: first(o, "src", "source", "logger", "tag"),
		TS:  timeOf(o, "ts", "timestamp", "@timestamp", "time", "date"),
	}
	if n, ok := o["seq"].(float64); ok && n >= 0 && n == math.Trunc(n) && n < 1<<53 {
		seq := uint64(n)
		m.Seq = &seq
	}
	if m.Src == metricsSource {
		d.malformed(f, data, errNotMetrics)
		return true
	}
	for _, name := range []string{"level", "severity", "PRIORITY", "priority"} {
		if n, ok := o[name].(float64); ok && m.Lvl == "" && n == math.Trunc(n) && n >= 0 && n <= 60 {
			m.Lvl = strconv.Itoa(int(n))
		}
	}
	if m.Lvl == "" {
		m.Lvl = first(o, "PRIORITY", "priority")
	}
	msg := first(o, "msg", "message", "log", "text")
	if msg == "" {
		msg = string(data)
	}
	m.Msg = &msg
	d.message(f, &m)
	return true
}

// first returns the first named field that holds a non-empty string.
func first(o map[string]any, names ...string) string {
	for _, n := range names {
		if s, ok := o[n].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// timeOf reads a time from the first usable field: text (RFC 3339), or seconds or milliseconds since 1970.
func timeOf(o map[string]any, names ...string) time.Time {
	for _, n := range names {
		switch v := o[n].(type) {
		case string:
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return t
			}
		case float64:
			if v > 1e11 && v < 9e12 {
				return time.UnixMilli(int64(v)).UTC()
			}
			if v > 1e8 && v < 9e9 {
				return time.UnixMicro(int64(v * 1e6)).UTC()
			}
		}
	}
	return time.Time{}
}
