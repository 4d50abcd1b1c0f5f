package bridge

import (
	"avatar-launcher/backend/logs"
)

// Line is one line of the log. Style is how a terminal would have shown it ("0-5 red bold;9-12 bright-green"), and
// Marks are the places that the query found: pairs of beginning and end.
type Line struct {
	Seq        uint64 `json:"seq"`
	At         *int64 `json:"at"`
	Level      string `json:"level"`
	Source     string `json:"source"`
	Text       string `json:"text"`
	InstanceID string `json:"instanceId"`
	Gap        uint64 `json:"gap"`
	Style      string `json:"style"`
	Marks      []int  `json:"marks"`
}

func newLine(l logs.Line) Line {
	return Line{l.Seq, unixMillis(l.At), l.Level, l.Source, l.Text, l.InstanceID, l.Gap, l.Style, list(l.Marks)}
}

// LogPage is a part of the log. See logs.Page.
type LogPage struct {
	Lines     []Line   `json:"lines"`
	First     uint64   `json:"first"`
	Last      uint64   `json:"last"`
	Dropped   uint64   `json:"dropped"`
	Older     uint64   `json:"older"`
	Problem   string   `json:"problem"`
	Sources   []string `json:"sources"`
	Matches   int      `json:"matches"`
	Before    int      `json:"before"`
	Searching bool     `json:"searching"`
}

func newLogPage(p logs.Page) LogPage {
	return LogPage{
		Lines:     each(p.Lines, newLine),
		First:     p.First,
		Last:      p.Last,
		Dropped:   p.Dropped,
		Older:     p.Older,
		Problem:   p.Problem,
		Sources:   list(p.Sources),
		Matches:   p.Matches,
		Before:    p.Before,
		Searching: p.Searching,
	}
}

// Query picks lines of the log. See logs.Query for what the zero values mean.
type Query struct {
	After   uint64 `json:"after"`
	Before  uint64 `json:"before"`
	Limit   int    `json:"limit"`
	Oldest  bool   `json:"oldest,omitempty"`
	Newest  bool   `json:"newest,omitempty"`
	Level   string `json:"level"`
	Source  string `json:"source"`
	Text    string `json:"text"`
	Pattern string `json:"pattern"`
	Context bool   `json:"context,omitempty"`
}

func (q Query) query() logs.Query {
	return logs.Query{
		After:   q.After,
		Before:  q.Before,
		Limit:   q.Limit,
		Oldest:  q.Oldest,
		Newest:  q.Newest,
		Level:   q.Level,
		Source:  q.Source,
		Text:    q.Text,
		Pattern: q.Pattern,
		Context: q.Context,
	}
}

// Histogram counts lines by time and level. Step is in milliseconds; Levels are debug, info, warn and error.
type Histogram struct {
	From   *int64  `json:"from"`
	Step   int64   `json:"step"`
	Levels [][]int `json:"levels"`
}

func newHistogram(h logs.Histogram) Histogram {
	return Histogram{unixMillis(h.From), h.Step, each(h.Levels[:], list[int])}
}

// Series is the session's metrics as columns. A column is as long as At, or empty if the metric never came. A missing
// value is null.
type Series struct {
	At      []int64    `json:"at"`
	CPU     []*float64 `json:"cpu" ts_type:"(number | null)[]"`
	GPU     []*float64 `json:"gpu" ts_type:"(number | null)[]"`
	Mem     []*float64 `json:"mem" ts_type:"(number | null)[]"`
	NetOut  []*float64 `json:"netOut" ts_type:"(number | null)[]"`
	FPS     []*float64 `json:"fps" ts_type:"(number | null)[]"`
	Players []*float64 `json:"players" ts_type:"(number | null)[]"`
}

func newSeries(s logs.Series) Series {
	return Series{list(s.At), list(s.CPU), list(s.GPU), list(s.Mem), list(s.NetOut), list(s.FPS), list(s.Players)}
}
