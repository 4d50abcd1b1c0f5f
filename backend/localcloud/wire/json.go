package wire

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
)

// TargetOperation returns the operation of an X-Amz-Target header ("DynamoDB_20120810.PutItem" → "PutItem"),
// "" where the prefix is another one.
func TargetOperation(r *http.Request, prefix string) string {
	op, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix+".")
	if !ok {
		return ""
	}
	return op
}

// DecodeJSON reads a JSON body into v, numbers kept exact where v asks for json.Number. An empty body is {}.
// Its error is AWS's SerializationException.
func DecodeJSON(body []byte, v any) *Error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return Errorf(400, "SerializationException", "%s", err.Error())
	}
	return nil
}

// WriteJSON answers 200 with v in awsJson of the given version ("1.0" or "1.1"), with the x-amz-crc32 that
// DynamoDB's clients check.
func WriteJSON(w http.ResponseWriter, version, requestID string, v any) {
	writeJSON(w, 200, version, requestID, v)
}

// WriteJSONError answers with an awsJson error: __type, message, and the error's own fields, of which a Message takes
// the place of message. typePrefix is
// "com.amazonaws.dynamodb.v20120810#" for DynamoDB and "" for most.
func WriteJSONError(w http.ResponseWriter, version, requestID, typePrefix string, e *Error) {
	body := map[string]any{"__type": typePrefix + e.Code, "message": e.Message}
	for k, v := range e.Fields {
		body[k] = v
	}
	if _, ok := e.Fields["Message"]; ok {
		delete(body, "message")
	}
	w.Header().Set("X-Amzn-Errortype", e.Code)
	writeJSON(w, e.Status, version, requestID, body)
}

// WriteJSONBody answers with a status and v in awsJson of the given version.
func WriteJSONBody(w http.ResponseWriter, status int, version, requestID string, v any) {
	writeJSON(w, status, version, requestID, v)
}

func writeJSON(w http.ResponseWriter, status int, version, requestID string, v any) {
	var body []byte
	if v != nil {
		var err error
		if body, err = json.Marshal(v); err != nil {
			panic("localcloud: an answer that is not JSON: " + err.Error())
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-"+version)
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
