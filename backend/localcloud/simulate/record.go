package simulate

import (
	"encoding/json"
	"strconv"
	"time"
)

// record is the schema of a log line; metrics is what a record of source "metrics" has beside it.
type record struct {
	V     int       `json:"v"`
	TS    time.Time `json:"ts"`
	Seq   int64     `json:"seq"`
	IID   string    `json:"iid"`
	Epoch int64     `json:"epoch"`
	Level string    `json:"lvl"`
	Src   string    `json:"src"`
	Msg   string    `json:"msg"`
	*metrics
}

// metrics are percentages, bytes a second, frames a second and a count.
type metrics struct {
	CPU     float64 `json:"cpu"`
	GPU     float64 `json:"gpu"`
	Mem     float64 `json:"mem"`
	NetOut  int64   `json:"net_out"`
	FPS     float64 `json:"fps"`
	Players int     `json:"players"`
}

// encode writes the record as JSON. Metrics, which a fleet makes every five seconds for each instance and which hold
// no free text, are spared the reflection.
func (r record) encode() []byte {
	if r.metrics != nil && r.Msg == "" {
		return r.metrics.append(r.appendHead(make([]byte, 0, 256)))
	}
	data, err := json.Marshal(r)
	if err != nil {
		panic("simulate: a record that is not JSON: " + err.Error())
	}
	return data
}

func (r record) appendHead(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"v":`...), int64(r.V), 10)
	b = r.TS.AppendFormat(append(b, `,"ts":"`...), time.RFC3339Nano)
	b = strconv.AppendInt(append(b, `","seq":`...), r.Seq, 10)
	b = append(append(append(b, `,"iid":"`...), r.IID...), '"')
	b = strconv.AppendInt(append(b, `,"epoch":`...), r.Epoch, 10)
	b = append(append(append(b, `,"lvl":"`...), r.Level...), `","src":"`...)
	return append(append(b, r.Src...), `","msg":""`...)
}

func (m *metrics) append(b []byte) []byte {
	for _, f := range []struct {
		name  string
		value float64
	}{{`,"cpu":`, m.CPU}, {`,"gpu":`, m.GPU}, {`,"mem":`, m.Mem}} {
		b = strconv.AppendFloat(append(b, f.name...), f.value, 'f', -1, 64)
	}
	b = strconv.AppendInt(append(b, `,"net_out":`...), m.NetOut, 10)
	b = strconv.AppendFloat(append(b, `,"fps":`...), m.FPS, 'f', -1, 64)
	b = strconv.AppendInt(append(b, `,"players":`...), int64(m.Players), 10)
	return append(b, '}')
}
