package localcloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
	"avatar-launcher/backend/localcloud/wire"
)

// maxBody is the longest request that is read, DynamoDB's and Kinesis's own limit, in bytes.
const maxBody = 16 << 20

// ServeHTTP is the front door: the AWS API of every service, the hosted sign-in and key documents of Cognito, and
// the operator's API below /_admin/. It finds the service, checks who signed, and hands the call over.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", c.Now().Format(http.TimeFormat))
	if reason := c.refuse(r); reason != "" {
		c.log.Warn("request refused", "reason", reason, "host", r.Host, "origin", r.Header.Get("Origin"))
		http.Error(w, reason, http.StatusForbidden)
		return
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/_admin/"):
		c.admin(w, r)
	case isPage(r):
		c.idp.Pages().ServeHTTP(w, r)
	default:
		c.api(w, r)
	}
}

// exchange is one API request on its way through the front door.
type exchange struct {
	cloud     *Cloud
	w         *recorder
	r         *http.Request
	body      []byte
	id        string
	begun     time.Time
	service   wire.Service
	operation string
	principal wire.Principal
	fault     string
}

func (c *Cloud) api(w http.ResponseWriter, r *http.Request) {
	e := &exchange{cloud: c, w: &recorder{ResponseWriter: w}, r: r, id: c.requestID(), begun: c.Now()}
	defer e.finish()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		e.unread(err)
		return
	}
	e.body = body
	signature, fault, text := sigv4.Parse(r)
	if !e.find(signature) {
		e.unknown()
		return
	}
	if kind := r.Header.Get("Content-Type"); strings.HasPrefix(kind, "application/x-amz-cbor") {
		w.Header().Set("Content-Type", kind) // which tells WriteError that the client reads CBOR
	}
	f := c.faults.take(e.service.Name(), e.operation, e.body)
	if f != nil {
		c.seen.ring()
		e.fault = f.Kind
	}
	if !f.before(r.Context(), e) {
		return
	}
	if e.service.Unsigned(e.operation) {
		signature, fault = nil, sigv4.None
	}
	if err := e.authenticate(signature, fault, text); err != nil {
		e.service.WriteError(e.w, e.id, err)
		return
	}
	e.serve(f)
}

// serve hands the call to its service; a fault that drops the answer lets the effect happen first.
func (e *exchange) serve(f *Fault) {
	var w http.ResponseWriter = e.w
	if f.dropsAnswer() {
		w = &discard{header: http.Header{}}
	}
	c := e.cloud
	e.service.Serve(e.r.Context(), w, &wire.Call{
		Service: e.service.Name(), Operation: e.operation, Region: c.env.Region, Principal: e.principal,
		Request: e.r, Body: e.body, Now: c.Now(), RequestID: e.id, Auth: c.iam,
	})
	if f.dropsAnswer() {
		panic(http.ErrAbortHandler)
	}
}

// finish notes the call, and turns a panic of a service into AWS's InternalFailure.
func (e *exchange) finish() {
	p := recover()
	if p != nil && p != http.ErrAbortHandler {
		e.cloud.log.Error("a service panicked", "operation", e.operation, "panic", fmt.Sprint(p), "stack",
			string(debug.Stack()))
		if e.service != nil && e.w.status == 0 {
			e.service.WriteError(e.w, e.id,
				wire.Errorf(500, "InternalFailure",
					"The request processing has failed because of an unknown error, exception or failure."))
		}
	}
	e.cloud.journal.add(e)
	e.cloud.seen.ring()
	if p == http.ErrAbortHandler {
		panic(p)
	}
}

// find sets the service and the operation: by the signature's scope, else by the service that knows the operation.
func (e *exchange) find(signature *sigv4.Signature) bool {
	if signature != nil {
		s, ok := e.cloud.services[signature.Service]
		if !ok {
			return false
		}
		e.service, e.operation = s, s.Operation(e.r, e.body)
		return e.operation != ""
	}
	for _, name := range e.candidates() {
		if op := e.cloud.services[name].Operation(e.r, e.body); op != "" {
			e.service, e.operation = e.cloud.services[name], op
			return true
		}
	}
	return false
}

// candidates are the services that an unsigned request may be meant for.
func (e *exchange) candidates() []string {
	switch {
	case e.r.Header.Get("X-Amz-Target") != "":
		return []string{"cognito-idp", "cognito-identity", "dynamodb", "kinesis", "servicequotas"}
	case strings.HasPrefix(e.r.URL.Path, "/2013-04-01/"):
		return []string{"route53"}
	case e.r.URL.Path != "/" && e.r.URL.Path != "":
		return []string{"scheduler"}
	case bytes.Contains(e.body, []byte("Version=2011-06-15")), strings.Contains(e.r.URL.RawQuery, "Version=2011-06-15"):
		return []string{"sts"}
	case bytes.Contains(e.body, []byte("Version=2010-05-08")):
		return []string{"iam"}
	}
	return []string{"ec2"}
}

// unknown answers a request that is no operation of a service here, in the form of the service where there is one.
func (e *exchange) unknown() {
	if e.service == nil {
		http.Error(e.w, "This is an embedded AWS-compatible cloud. The request names none of its services.",
			http.StatusNotFound)
		return
	}
	code, status := "UnknownOperationException", 400
	switch e.service.Name() {
	case "ec2", "sts", "iam":
		code = "InvalidAction"
	case "route53", "scheduler":
		status = 404
	}
	e.service.WriteError(e.w, e.id,
		wire.Errorf(status, code, "The request names no operation of %s that is known here.", e.service.Name()))
}

func (e *exchange) unread(err error) {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		http.Error(e.w, "The request is longer than 16 MiB.", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(e.w, "The request's body could not be read.", http.StatusBadRequest)
}

// requestID is a new request's ID in the form of a UUID.
func (c *Cloud) requestID() string {
	h := c.ids.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// discard takes an answer that nobody is to see.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Flush()                      {}
