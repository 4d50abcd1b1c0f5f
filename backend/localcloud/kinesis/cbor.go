package kinesis

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"avatar-launcher/backend/localcloud/wire"
)

// AWS's SDKs for Java talk to Kinesis in CBOR unless they are told otherwise: the same members as in JSON, data as
// byte strings, and times as milliseconds under tag 1. Errors are CBOR, too; events of SubscribeToShard stay JSON.
const cborType = "application/x-amz-cbor-1.1"

var (
	encoder = must(cbor.EncOptions{}.EncMode())
	decoder = must(cbor.DecOptions{MaxNestedLevels: 16, MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic("kinesis: " + err.Error())
	}
	return v
}

// isCBOR reports whether a message with these headers has a CBOR body.
func isCBOR(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == cborType
}

// decode reads a request's body, CBOR or JSON, into v.
func decode(c *wire.Call, v any) *wire.Error {
	if !isCBOR(c.Request.Header) {
		return decodeJSON(c.Body, v)
	}
	if len(c.Body) == 0 {
		return nil
	}
	err := decoder.Unmarshal(c.Body, v)
	var mismatch *cbor.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		return serialization("%s can not be converted to the type of its member", mismatch.CBORType)
	case err != nil:
		return serialization("The body is not valid CBOR")
	}
	return nil
}

func decodeJSON(body []byte, v any) *wire.Error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	err := json.Unmarshal(body, v)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return serialization("%s can not be converted to the type of %s", mismatch.Value, memberOf(mismatch.Field))
	case errors.As(err, &mismatch):
		return serialization("%s can not be converted to a structure", mismatch.Value)
	case err != nil:
		return serialization("The body is not valid JSON")
	}
	return nil
}

// memberOf is the path of a member without the embedded structs that Go puts into it.
func memberOf(field string) string {
	parts := strings.Split(field, ".")
	parts = slices.DeleteFunc(parts, func(p string) bool { return p != "" && 'a' <= p[0] && p[0] <= 'z' })
	return strings.Join(parts, ".")
}

// serialization is the one error of Kinesis whose text is in the member Message.
func serialization(format string, args ...any) *wire.Error {
	e := wire.Errorf(400, "SerializationException", format, args...)
	e.Fields = map[string]any{"Message": e.Message}
	return e
}

// write answers in the form of the request.
func write(w http.ResponseWriter, c *wire.Call, out any) {
	if !isCBOR(c.Request.Header) {
		wire.WriteJSON(w, "1.1", c.RequestID, out)
		return
	}
	writeCBOR(w, 200, c.RequestID, out)
}

func writeCBOR(w http.ResponseWriter, status int, requestID string, out any) {
	var body []byte
	if out != nil {
		body = must(encoder.Marshal(out))
	}
	h := w.Header()
	h.Set("Content-Type", cborType)
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// WriteError implements wire.Service. It answers in CBOR if the answer's content type is set to that already, as the
// front door does for a request in CBOR.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	body := map[string]any{"__type": err.Code}
	if err.Fields["Message"] == nil {
		body["message"] = err.Message
	}
	for k, v := range err.Fields {
		body[k] = v
	}
	w.Header().Set("X-Amzn-Errortype", err.Code)
	if isCBOR(w.Header()) {
		writeCBOR(w, err.Status, requestID, body)
		return
	}
	wire.WriteJSONBody(w, err.Status, "1.1", requestID, body)
}

// epochTag is CBOR's tag for a time since the epoch. Kinesis counts milliseconds, not seconds.
const epochTag = 1

// MarshalCBOR implements cbor.Marshaler.
func (t timestamp) MarshalCBOR() ([]byte, error) {
	return encoder.Marshal(cbor.Tag{Number: epochTag, Content: time.Time(t).UnixMilli()})
}

// UnmarshalCBOR implements cbor.Unmarshaler.
func (t *timestamp) UnmarshalCBOR(b []byte) error {
	var tag cbor.RawTag
	if err := decoder.Unmarshal(b, &tag); err == nil && tag.Number == epochTag {
		b = tag.Content
	}
	var milliseconds float64
	if err := decoder.Unmarshal(b, &milliseconds); err != nil {
		return err
	}
	if milliseconds < 0 || milliseconds > 1e14 {
		return errors.New("the timestamp is out of range")
	}
	*t = timestamp(time.UnixMilli(int64(milliseconds)).UTC())
	return nil
}
