package ingest

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	json2 "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	mine   = "i-0123456789abcdef0"
	theirs = "i-0fedcba9876543210"
)

var arrival = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func decode(random bool, key string, data []byte) *Decoder {
	d := &Decoder{InstanceID: mine, RandomKeys: random}
	d.Decode(Record{Key: key, Arrived: arrival, Data: data})
	return d
}

// brief formats entries for the tables.
func brief(d *Decoder) []string {
	var out []string
	for _, e := range d.entries {
		text := e.Text
		if e.Remark != nil {
			text = e.Remark.String()
		}
		s := fmt.Sprintf("%s %s %s %s", e.At.UTC().Format("15:04:05.000"), e.Level, e.Source, text)
		if e.Numbered {
			s = fmt.Sprintf("#%d %s", e.Number, s)
		}
		if e.InstanceID == "" {
			s = "nobody's " + s
		}
		out = append(out, s)
	}
	return out
}

func packed(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

func envelope(logStream string, messages ...string) string {
	type logEvent struct {
		ID        string `json:"id"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	}
	var events []logEvent
	for i, m := range messages {
		events = append(events, logEvent{ID: fmt.Sprint(i), Timestamp: arrival.UnixMilli() + int64(i), Message: m})
	}
	b, _ := json.Marshal(map[string]any{
		"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/avatar/Unreal", "logStream": logStream,
		"subscriptionFilters": []string{"f"}, "logEvents": events,
	})
	return string(b)
}

// aggregate packs pairs of partition key and data as the KPL does.
func aggregate(pairs ...string) []byte {
	var body []byte
	for i := 0; i < len(pairs); i += 2 {
		body = protowire.AppendTag(body, 1, protowire.BytesType)
		body = protowire.AppendString(body, pairs[i])
	}
	for i := 0; i < len(pairs); i += 2 {
		var r []byte
		r = protowire.AppendTag(r, 1, protowire.VarintType)
		r = protowire.AppendVarint(r, uint64(i/2))
		r = protowire.AppendTag(r, 3, protowire.BytesType)
		r = protowire.AppendString(r, pairs[i+1])
		body = protowire.AppendTag(body, 3, protowire.BytesType)
		body = protowire.AppendBytes(body, r)
	}
	return seal(body)
}

func seal(body []byte) []byte {
	sum := md5.Sum(body)
	return append(append(bytes.Clone(kplMagic), body...), sum[:]...)
}

func TestDecode(t *testing.T) {
	const schema = `{"v":1,"ts":"2026-01-02T03:04:04.5Z","seq":7,"iid":"` + mine +
		`","epoch":2,"lvl":"warn","src":"unreal","msg":"hello"}`
	const foreign = `{"iid":"` + theirs + `","msg":"hello"}`
	tests := []struct {
		name   string
		random bool
		key    string
		data   []byte
		want   []string
		others uint64
	}{
		{name: "schema", data: []byte(schema), want: []string{"#7 03:04:04.500 warn unreal hello"}},
		{name: "schema, random key", random: true, key: "abc", data: []byte(schema),
			want: []string{"#7 03:04:04.500 warn unreal hello"}},
		{name: "several lines",
			data: []byte(schema + "\r\n\r\nplain\n"),
			want: []string{"#7 03:04:04.500 warn unreal hello", "03:04:05.000 info instance plain"}},
		{name: "laid out", data: []byte("{\n \"msg\": \"hello\"\n}"), want: []string{"03:04:05.000 info instance hello"}},
		{name: "another's", data: []byte(foreign), others: 1},
		{name: "another's key", key: theirs, data: []byte("plain"), others: 1},
		{name: "another's key, random", key: theirs, random: true, data: []byte("plain"), others: 1},
		{name: "nobody's", key: "abc", random: true, data: []byte("plain"),
			want: []string{"nobody's 03:04:05.000 info instance plain"}},
		{name: "neither's key", key: "abc", data: []byte("plain"), others: 1},
		{name: "bad time",
			data: []byte(`{"ts":"yesterday","seq":3,"lvl":"error","msg":"x"}`),
			want: []string{"#3 03:04:05.000 error instance x"}},
		{name: "year 9999", data: []byte(`{"ts":"9999-01-01T00:00:00Z","msg":"x"}`),
			want: []string{"03:04:05.000 info instance x"}},
		{name: "Fluent Bit",
			data: []byte(`{"log":"hi","ec2_instance_id":"` + mine + `","date":1767323044.25}`),
			want: []string{"03:04:04.250 info instance hi"}},
		{name: "Vector",
			data: []byte(`{"message":"hi","timestamp":"2026-01-02T03:04:04Z","host":"x"}`),
			want: []string{"03:04:04.000 info instance hi"}},
		{name: "number as level", data: []byte(`{"level":30,"time":1767323044000,"msg":"hi"}`),
			want: []string{"03:04:04.000 info instance hi"}},
		{name: "no message", data: []byte(`{"a":1}`), want: []string{`03:04:05.000 info instance {"a":1}`}},
		{name: "speaks for the launcher", data: []byte(`{"src":"launcher","msg":"x"}`),
			want: []string{"03:04:05.000 info instance x"}},
		{name: "stack trace", data: []byte(`{"msg":"a\n\tb\u0000\u001b[1m!\r\n"}`),
			want: []string{"03:04:05.000 info instance a\n\tb␀!"}},
		{name: "braces", data: []byte("{not json}"), want: []string{"03:04:05.000 info instance {not json}"}},
		{name: "broken JSON",
			data: []byte(`{"msg":`),
			want: []string{`03:04:05.000 warn launcher unreadable log line (7 bytes, broken JSON): "{\"msg\":"`}},
		{name: "metrics that are none", data: []byte(`{"src":"metrics","cpu":"high"}`),
			want: []string{`03:04:05.000 warn launcher unreadable log line (30 bytes, ` +
				`metrics that are not numbers of version 1): "{\"src\":\"metrics\",\"cpu\":\"high\"}"`}},
		{name: "Unreal",
			data: []byte("[2026.01.02-03.04.05:678][  0]LogNet: Warning: slow"),
			want: []string{"03:04:05.000 warn unreal [2026.01.02-03.04.05:678][  0]LogNet: Warning: slow"}},
		{name: "colours",
			data: []byte("\x1b[1;31m[ERROR]\x1b[0m \x1b]0;title\aboom \x1b(Bok\u009b"),
			want: []string{"03:04:05.000 error instance [ERROR] boom ok<U+009B>"}},
		{name: "UTF-8", data: []byte("Größe 漢字"), want: []string{"03:04:05.000 info instance Größe 漢字"}},
		{name: "empty"},
		{name: "KPL", key: "any", data: aggregate(mine, schema, theirs, "theirs", mine, "plain"),
			want: []string{"#7 03:04:04.500 warn unreal hello", "03:04:05.000 info instance plain"}, others: 1},
		{name: "KPL, broken", data: seal([]byte{0x1a, 0x02, 0x08, 0x09}),
			want: []string{
				`03:04:05.000 warn launcher unreadable log line (24 bytes, broken KPL aggregate: partition key 9 of 0): ` +
					fmt.Sprintf("%q", seal([]byte{0x1a, 0x02, 0x08, 0x09})),
			}},
		{name: "CloudWatch", key: "random", data: packed(envelope(mine, "one", schema)),
			want: []string{"03:04:05.000 info unreal one", "#7 03:04:04.500 warn unreal hello"}},
		{name: "CloudWatch, base64", key: "random",
			data: []byte(base64.StdEncoding.EncodeToString(packed(envelope("x/"+mine+"/y", "one")))),
			want: []string{"03:04:05.000 info unreal one"}},
		{name: "CloudWatch, another's", key: mine, data: packed(envelope(theirs, "one")), others: 1},
		{name: "CloudWatch, control",
			data: packed(`{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]}`)},
		{name: "gzip of text", data: packed("a\nb"),
			want: []string{"03:04:05.000 info instance a", "03:04:05.000 info instance b"}},
		{name: "gzip, cut off", data: packed("abc")[:12],
			want: []string{"03:04:05.000 warn launcher unreadable log line (12 bytes, gzip: unexpected EOF): " +
				fmt.Sprintf("%q", packed("abc")[:12])}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key := tt.key
			if key == "" {
				key = mine
			}
			d := decode(tt.random, key, tt.data)
			if diff := cmp.Diff(tt.want, brief(d)); diff != "" {
				t.Error(diff)
			}
			if d.counts.Others != tt.others {
				t.Errorf("others %d", d.counts.Others)
			}
		})
	}
}

func TestDecodeBoundsDecompression(t *testing.T) {
	d := decode(false, mine, packed(strings.Repeat("\x00", maxUnpacked+1)))
	if len(d.entries) != 1 || !strings.Contains(brief(d)[0], "more than 32 MiB") {
		t.Errorf("%q", brief(d))
	}
}

func TestTextLevel(t *testing.T) {
	for line, want := range map[string]string{
		"LogX: Error: e": levelError, "WARN something": levelWarn, "level=debug msg=x": levelDebug,
		"notifyInterval": levelInfo,
		"LogX: Fatal: f": levelError, "": levelInfo,
	} {
		if got := textLevel(line); got != want {
			t.Errorf("%q: %s", line, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range [][]byte{
		[]byte(`{"v":1,"ts":"2026-01-02T03:04:04.5Z","seq":7,"iid":"` + mine +
			`","lvl":"warn","src":"unreal","msg":"hello"}`),
		[]byte(`{"v":1,"src":"metrics","cpu":1,"gpu":null}`), []byte("\x1b[31mred\x1b[0m"), []byte("\x1b]0;never ended"),
		[]byte("a\r\nb\n"), aggregate(mine, "x", theirs, "y"), packed(envelope(mine, "one")), []byte("H4sIAAAA"),
		[]byte("\xf3\x89\x9a\xc2"), []byte("\xff\x00"), []byte(`{"level":30,"time":1767323044000,"msg":"\ud800"}`),
		[]byte(`{"seq":18446744073709551615,"msg":"x"}`), {0x1f, 0x8b, 8, 0},
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, data []byte, random bool) {
		d := decode(random, mine, data)
		for _, e := range d.entries {
			if e.Metrics != nil {
				continue
			}
			if !utf8.ValidString(e.Text) || len(e.Text) > maxText+64 || !isClean([]byte(e.Text)) {
				t.Errorf("text %q", e.Text)
			}
			if !slices.Contains([]string{levelDebug, levelInfo, levelWarn, levelError}, e.Level) || e.Source == "" ||
				len(e.Source) > maxSource || e.At.IsZero() {
				t.Errorf("entry %+v", e)
			}
		}
	})
}

// FuzzAggregate adds the checksum to its input, so that the parser is reached.
func FuzzAggregate(f *testing.F) {
	f.Add(aggregate(mine, "x")[4:20])
	f.Add([]byte{0x1a, 0x02, 0x08, 0x09})
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, ok, _ := deaggregate(seal(body)); !ok {
			t.Error("a sealed aggregate was taken for a plain record")
		}
	})
}

// FuzzMessage checks that the decoder and encoding/json agree on every input that the decoder accepts.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		`{"v":1,"ts":"2026-01-02T03:04:04.5Z","seq":7,"iid":"i-1","epoch":2,"lvl":"warn","src":"unreal","msg":"a\n\u00e9\ud800"}`,
		`{"v":1,"src":"metrics","cpu":1.5e1,"gpu":null,"players":0}`, "{\"msg\":\"\xff\",\"msg\":\"again\"}",
		`{"v":1.0,"seq":-1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want message
		if json2.Unmarshal(data, &got, lenient) != nil {
			return
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%q is taken, and encoding/json says %v", data, err)
		}
		// It folds the case of names, which the schema does not.
		if diff := cmp.Diff(want, got); diff != "" && !strings.ContainsFunc(string(data), foldable) {
			t.Errorf("%q: %s", data, diff)
		}
	})
}

// foldable reports whether r may make encoding/json, which ignores case, match another name.
func foldable(r rune) bool { return r == '\\' || r > 0x7f || unicode.IsUpper(r) }

func TestColours(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[31mred\x1b[0m plain":                      "0-3 red",
		"ö🎈\x1b[1;92mgo\x1b[22m on":                     "3-5 bold bright-green;5-8 bright-green",
		"\x1b[38;5;196mr\x1b[38;2;0;0;240mb\x1b[39mx":   "0-1 bright-red;1-2 blue",
		"\x1b[48;5;196mx\x1b[4;3mu\x1b[24;23mx\x1b[2md": "1-2 italic underline;3-4 dim",
		"\x1b[mx\x1b[2Jy\x1b[31":                        "",
		"\x1b[38:2:255:255:0my":                         "0-1 bright-yellow",
		"plain":                                         "",
	} {
		if _, got := clean([]byte(in)); got != want {
			t.Errorf("%q has %q, want %q", in, got, want)
		}
	}
	d := decode(false, mine, []byte(`{"v":1,"msg":"\u001b[33mslow\u001b[0m"}`))
	if len(d.entries) != 1 || d.entries[0].Style != "0-4 yellow" || d.entries[0].Text != "slow" {
		t.Errorf("%+v", d.entries)
	}
}
