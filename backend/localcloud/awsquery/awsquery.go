// Package awsquery is the awsQuery protocol of STS and IAM: a form in, XML out
// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
package awsquery

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// Form is the parameters of a request, from its query string and its form body.
func Form(r *http.Request, body []byte) url.Values {
	form := r.URL.Query()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		posted, _ := url.ParseQuery(string(body)) // what could be read counts; the operation checks what it needs
		for k, v := range posted {
			form[k] = append(v, form[k]...)
		}
	}
	return form
}

// List is the members of a list parameter: name "Tags" gives the prefixes "Tags.member.1.", "Tags.member.2.", …
// for as long as a parameter begins with them.
func List(form url.Values, name string) []string {
	var out []string
	for n := 1; ; n++ {
		prefix := name + ".member." + strconv.Itoa(n)
		if !begins(form, prefix) {
			return out
		}
		out = append(out, prefix)
	}
}

func begins(form url.Values, prefix string) bool {
	for k := range form {
		if k == prefix || strings.HasPrefix(k, prefix+".") {
			return true
		}
	}
	return false
}

// Write answers 200: <opResponse><opResult>…</opResult><ResponseMetadata/></opResponse>. A nil result leaves the
// opResult out.
func Write(w http.ResponseWriter, requestID, namespace, op string, result any) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	response := xml.StartElement{Name: xml.Name{Local: op + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	must(e.EncodeToken(response))
	if result != nil {
		must(e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: op + "Result"}}))
	}
	must(e.EncodeElement(metadata{RequestID: requestID}, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}}))
	must(e.EncodeToken(response.End()))
	must(e.Flush())
	send(w, 200, requestID, b.Bytes())
}

// WriteError answers with an <ErrorResponse>.
func WriteError(w http.ResponseWriter, requestID, namespace string, err *wire.Error) {
	kind := "Sender"
	if err.Status >= 500 {
		kind = "Receiver"
	}
	body, _ := xml.Marshal(errorResponse{ // strings only: it marshals
		Namespace: namespace, Type: kind, Code: err.Code, Message: err.Message, RequestID: requestID,
	})
	send(w, err.Status, requestID, append([]byte(xml.Header), body...))
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func send(w http.ResponseWriter, status int, requestID string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/xml")
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// must turns an encoding error, which only a result of an unencodable type can cause, into a panic.
func must(err error) {
	if err != nil {
		panic("localcloud: an answer that is not XML: " + err.Error())
	}
}
