package broker

import (
	"time"

	"github.com/aws/smithy-go"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// problem is a backend.Problem on its way. StopsAt is not in its JSON otherwise.
type problem struct {
	Kind backend.Kind `json:"kind"`
	What string       `json:"what"`
	Why  string       `json:"why"`
	Next string       `json:"next"`
	// Encoded has the three as messages.Decode reads them, for the caller's language.
	Encoded [3]string  `json:"encoded"`
	StopsAt *time.Time `json:"stopsAt,omitempty"`
}

// problemOf returns what the caller may know of an error: its Problem, without causes.
func problemOf(err error) *problem {
	p := backend.ProblemOf(err)
	out := &problem{Kind: p.Kind, What: p.What.String(), Why: p.Why.String(), Next: p.Next.String(),
		Encoded: [3]string{p.What.Encode(), p.Why.Encode(), p.Next.Encode()}}
	if !p.StopsAt.IsZero() {
		out.StopsAt = &p.StopsAt
	}
	return out
}

// remote returns the error that the handler's side had. Its AWS code is kept, by which the log's reader classifies it.
func remote(p *problem, code string) error {
	out := &backend.Problem{Kind: p.Kind, What: messages.Decode(p.Encoded[0], p.What),
		Why:  messages.Decode(p.Encoded[1], p.Why),
		Next: messages.Decode(p.Encoded[2], p.Next)}
	if p.StopsAt != nil {
		out.StopsAt = *p.StopsAt
	}
	if code != "" {
		out.Cause = &smithy.GenericAPIError{Code: code, Message: p.What}
	}
	return out
}
