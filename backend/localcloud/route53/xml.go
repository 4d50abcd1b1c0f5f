package route53

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"

	"avatar-launcher/backend/localcloud/wire"
)

// parseXML reads a request's body. Entities other than XML's own are refused, as encoding/xml does.
func parseXML(body []byte, v any) *wire.Error {
	if err := xml.NewDecoder(bytes.NewReader(body)).Decode(v); err != nil {
		return wire.Errorf(400, "MalformedInput", "The request body is not valid XML: %v", err)
	}
	return nil
}

func writeXML(w http.ResponseWriter, status int, requestID string, v any) {
	b, err := xml.Marshal(v)
	if err != nil {
		panic("route53: an answer that is not XML: " + err.Error())
	}
	b = append([]byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), b...)
	h := w.Header()
	h.Set("Content-Type", "text/xml")
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

type errorResponse struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	Xmlns   string   `xml:"xmlns,attr"`
	Error   struct {
		Type    string
		Code    string
		Message string
	}
	RequestId string
}

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	out := errorResponse{Xmlns: namespace, RequestId: requestID}
	out.Error.Type, out.Error.Code, out.Error.Message = "Sender", err.Code, err.Message
	if err.Status >= 500 {
		out.Error.Type = "Receiver"
	}
	writeXML(w, err.Status, requestID, out)
}

func invalidInput(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "InvalidInput", format, args...)
}

func noZone(id string) *wire.Error {
	return wire.Errorf(404, "NoSuchHostedZone", "No hosted zone found with ID: %.64s", id)
}

func internal(err error) *wire.Error {
	return wire.Errorf(500, "InternalFailure", "The change could not be stored: %v", err)
}
