package ingest

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"

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
func (d *Decoder) json(f frame, data []byte) bool {
	var m message
	if err := json.Unmarshal(data, &m, lenient); err != nil || m.V == 0 || (m.Msg == nil && m.Src != metricsSource) {
		return d.foreign(f, data)
	}
	d.message(f, &m)
	return true
}

// message adds the entry of a decoded object.
func (d *Decoder) message(f frame, m *message) {
	named := m.IID
	if named == "" {
		named = f.iid
	}
	iid, ok := d.owner(f, named)
	if !ok {
		return
	}
	e := logs.Entry{InstanceID: iid, At: m.TS, Arrived: f.arrived, Stamped: showable(m.TS)}
	if !e.Stamped {
		e.At = f.at
	}
	if seq := cmp.Or(m.Seq, f.seq); seq != nil {
		e.Numbered, e.Number = true, *seq
	}
	if m.Src == metricsSource {
		e.Source = metricsSource
		e.Metrics = &logs.Metrics{CPU: m.CPU, GPU: m.GPU, Mem: m.Mem, NetOut: m.NetOut, FPS: m.FPS, Players: m.Players}
		d.put(e)
		last := &d.entries[len(d.entries)-1]
		last.Metrics.At = last.At.UTC()
		return
	}
	level := cmp.Or(m.Lvl, f.level)
	e.Level, e.Source = normalLevel(level), source(m.Src, f.source)
	e.Text, e.Style = cleanString(strings.TrimRight(*m.Msg, "\r\n"))
	if level == "" {
		e.Level = textLevel(e.Text)
	}
	e.Text = cut(e.Text)
	d.put(e)
}

// showable reports whether a time fits nanoseconds since 1970 in 64 bits, which is how rows store it.
func showable(t time.Time) bool {
	return !t.IsZero() && t.Year() >= 1970 && t.Year() < 2262
}

// maxSource bounds the name of a source, in bytes.
const maxSource = 64

// source returns the line's own source, else the envelope's, else "instance", as one word or more on one line. An
// instance cannot use the launcher's.
func source(own, envelope string) string {
	if own == "" {
		own = envelope
	}
	if len(own) > maxSource {
		own = strings.ToValidUTF8(own[:maxSource], "")
	}
	own, _ = cleanString(own)
	own = messages.Visible(strings.TrimSpace(own))
	if own == "" || strings.EqualFold(own, logs.LauncherSource) {
		return "instance" // only the launcher may use its source
	}
	return shared(own)
}

// foreign decodes a JSON object of another schema, such as Fluent Bit's, Vector's or a structured logger's. An object
// without a known message field is shown whole. A message that is an object itself is decoded in its place, once.
func (d *Decoder) foreign(f frame, data []byte) bool {
	var o map[string]any
	if json.Unmarshal(data, &o, lenient) != nil {
		return false
	}
	m := message{
		IID: first(o, "iid", "ec2_instance_id", "instance_id", "instanceId"),
		Lvl: levelOf(o),
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
	msg := messageOf(o)
	if inner := strings.TrimSpace(msg); !f.wrapped && strings.HasPrefix(inner, "{") && d.json(f.wrap(&m), []byte(inner)) {
		return true
	}
	if msg == "" {
		msg = string(data)
	}
	m.Msg = &msg
	d.message(f, &m)
	return true
}

// wrap returns the frame of an object inside the message m.
func (f frame) wrap(m *message) frame {
	f.wrapped = true
	f.iid, f.source, f.level = cmp.Or(m.IID, f.iid), cmp.Or(m.Src, f.source), cmp.Or(m.Lvl, f.level)
	if showable(m.TS) {
		f.at = m.TS
	}
	if m.Seq != nil {
		f.seq = m.Seq
	}
	return f
}

// messageFields are the names of the message in the schemas that are known. MESSAGE is journald's, short_message
// GELF's.
var messageFields = []string{"msg", "message", "log", "text", "MESSAGE", "short_message"}

// messageOf returns the message of an object, or of an object in one of its fields.
func messageOf(o map[string]any) string {
	for _, m := range layers(o) {
		if msg := first(m, messageFields...); msg != "" {
			return msg
		}
	}
	return ""
}

// layers returns an object, and the objects in which known schemas nest the level or the message: Vector's metadata,
// tracing's fields, ECS's log, and a message that the shipper has parsed.
func layers(o map[string]any) []map[string]any {
	all := []map[string]any{o}
	for _, name := range []string{
		"log", "message", "msg", "metadata", "fields", "record", "data", "attributes", "structured",
	} {
		if m, ok := o[name].(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

var levelFields = []string{
	"lvl", "level", "severity", "log_level", "loglevel", "logLevel", "levelname", "level_name", "log.level",
	"severity_text", "severityText", "SeverityText", "Level", "LogLevel", "@l", "PRIORITY", "priority",
}

// levelOf returns the level of an object as its producer wrote it, "" if it has none. OpenTelemetry's numbers become
// names, since they differ from syslog's.
func levelOf(o map[string]any) string {
	for _, m := range layers(o) {
		for _, name := range levelFields {
			switch v := m[name].(type) {
			case string:
				if v != "" {
					return v
				}
			case float64:
				if v == math.Trunc(v) && v >= 0 && v <= 60 {
					return strconv.Itoa(int(v))
				}
			}
		}
		for _, name := range []string{"severity_number", "severityNumber", "SeverityNumber"} {
			if n, ok := m[name].(float64); ok && n >= 1 && n <= 24 {
				return []string{levelDebug, levelDebug, levelInfo, levelWarn, levelError, levelError}[int(n-1)/4]
			}
		}
	}
	return ""
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
