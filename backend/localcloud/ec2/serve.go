package ec2

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// apiVersion is the only version of the API that today's clients send.
const apiVersion = "2016-11-15"

// handler answers one operation into d, or with an error and nothing in d.
type handler func(s *Service, c *wire.Call, p params, d *doc) *wire.Error

// Name implements wire.Service.
func (s *Service) Name() string { return "ec2" }

// Operation implements wire.Service: the Action parameter of the form or the query.
func (s *Service) Operation(r *http.Request, body []byte) string {
	p := parseParams(r, body)
	if v := p.get("Version"); v != "" && v != apiVersion {
		return ""
	}
	return p.get("Action")
}

// Unsigned implements wire.Service: EC2 has no unsigned operation.
func (s *Service) Unsigned(string) bool { return false }

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	d := &doc{}
	if err := s.answer(c, d); err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	writeXML(w, http.StatusOK, d.buf.Bytes())
}

func (s *Service) answer(c *wire.Call, d *doc) *wire.Error {
	handle, ok := operations[c.Operation]
	if !ok {
		return wire.Errorf(400, "InvalidAction", "The action %s is not valid for this web service.", c.Operation)
	}
	p := parseParams(c.Request, c.Body)
	if err := s.throttle(c, p); err != nil {
		return err
	}
	if strings.HasPrefix(c.Operation, "Describe") || strings.HasPrefix(c.Operation, "Get") {
		if err := authorize(c, c.Operation, "*", nil); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
	}
	d.open(c.Operation+"Response", `xmlns="http://ec2.amazonaws.com/doc/`+apiVersion+`/"`)
	d.text("requestId", c.RequestID)
	if err := handle(s, c, p, d); err != nil {
		return err
	}
	d.close(c.Operation + "Response")
	return nil
}

// WriteError implements wire.Service, in EC2's own form of an error.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	d := &doc{}
	d.in("Response", func() {
		d.in("Errors", func() {
			d.in("Error", func() {
				d.text("Code", err.Code)
				d.text("Message", err.Message)
			})
		})
		d.text("RequestID", requestID)
	})
	writeXML(w, err.Status, d.buf.Bytes())
}

func writeXML(w http.ResponseWriter, status int, body []byte) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(head)+len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(head))
	_, _ = w.Write(body)
}

// parseParams reads the parameters of a POST's form and of the query string; what cannot be parsed is absent.
func parseParams(r *http.Request, body []byte) params {
	p := params{}
	if r != nil && r.URL != nil {
		q, _ := url.ParseQuery(r.URL.RawQuery)
		for k, v := range q {
			p[k] = v[0]
		}
	}
	form, _ := url.ParseQuery(string(body))
	for k, v := range form {
		p[k] = v[0]
	}
	return p
}
