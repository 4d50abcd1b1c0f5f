package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// maxUnpacked bounds a decompressed payload, in bytes. CloudWatch Logs sends batches of about 1 MB.
const maxUnpacked = 32 << 20

var errTooLarge = errors.New("more than 32 MiB when unpacked")

// unpack decompresses gzip, also in base64. packed is false if data is neither.
func unpack(data []byte) (plain []byte, packed bool, err error) {
	if bytes.HasPrefix(data, []byte("H4sI")) { // gzip's magic, method and no flags, in base64
		raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(data)))
		if err != nil {
			return nil, false, nil // text that happens to start like that
		}
		data = raw
	}
	if len(data) < 3 || data[0] != 0x1f || data[1] != 0x8b || data[2] != 8 {
		return nil, false, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, true, fmt.Errorf("gzip: %w", err)
	}
	plain, err = io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err != nil {
		return nil, true, fmt.Errorf("gzip: %w", err)
	}
	if len(plain) > maxUnpacked {
		return nil, true, errTooLarge
	}
	return plain, true, nil
}

// event is one log event of a CloudWatch Logs envelope.
type event struct {
	at      time.Time
	iid     string // from the name of the log stream or group
	source  string
	message []byte
}

// cloudWatchEvents reads the envelope of a subscription filter. It returns false if plain is none. A control message,
// which CloudWatch sends to test a destination, has no events.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
func cloudWatchEvents(plain []byte) ([]event, bool) {
	var envelope struct {
		MessageType string `json:"messageType"`
		LogGroup    string `json:"logGroup"`
		LogStream   string `json:"logStream"`
		LogEvents   []struct {
			Timestamp int64  `json:"timestamp"` // milliseconds since 1970
			Message   string `json:"message"`
		} `json:"logEvents"`
	}
	if json.Unmarshal(plain, &envelope, lenient) != nil {
		return nil, false
	}
	switch envelope.MessageType {
	case "CONTROL_MESSAGE":
		return nil, true
	case "DATA_MESSAGE":
	default:
		return nil, false
	}
	iid := instanceID.FindString(envelope.LogStream)
	if iid == "" {
		iid = instanceID.FindString(envelope.LogGroup)
	}
	source := knownSource(envelope.LogGroup + "/" + envelope.LogStream)
	events := make([]event, 0, len(envelope.LogEvents))
	for _, e := range envelope.LogEvents {
		t := time.UnixMilli(e.Timestamp).UTC()
		if !showable(t) {
			t = time.Time{}
		}
		events = append(events, event{at: t, iid: iid, source: source, message: []byte(e.Message)})
	}
	return events, true
}

// knownSource returns the source of our schema that occurs in name, "" if none does.
func knownSource(name string) string {
	name = strings.ToLower(name)
	for _, s := range []string{"unreal", "signalling", "boot", "agent"} {
		if strings.Contains(name, s) {
			return s
		}
	}
	return ""
}

// unrealLine matches the engine's log lines: "[2026.01.02-03.04.05:678][  0]LogInit: …" or "LogInit: …".
var unrealLine = regexp.MustCompile(`^(\[\d{4}\.\d\d\.\d\d-|Log[A-Z]\w*: )`)

// textSource guesses the source of a plain text line.
func textSource(line string) string {
	if unrealLine.MatchString(line) {
		return "unreal"
	}
	return "instance"
}
