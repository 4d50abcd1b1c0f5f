// Package broker is the control plane over HTTPS, for accounts whose users may call one function and nothing else.
// Handler runs in the account, in front of a backend.Fleet; Client stands in for that Fleet on the desktop. The
// function's URL checks the caller's AWS signature (AWS_IAM). It does not say who calls: the Handler takes the user
// from a verified ID token, and never from a request's body.
package broker

import (
	"errors"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
)

// TokenHeader carries the ID token. The header Authorization has the AWS signature.
const TokenHeader = "Avatar-Token"

// maxBody is how long a request's body may be, in bytes.
const maxBody = 64 << 10

// maxStartID is how long the ID of a start may be, in bytes.
const maxStartID = 64

// The paths of the methods.
const (
	pathPrepare   = "/v1/prepare"
	pathCurrent   = "/v1/current"
	pathStart     = "/v1/start"
	pathCancel    = "/v1/cancel"
	pathExtend    = "/v1/extend"
	pathStop      = "/v1/stop"
	pathTerminate = "/v1/terminate"
	pathMachine   = "/v1/machine"
	pathPool      = "/v1/pool"
	pathConnect   = "/v1/connect"
	pathInvite    = "/v1/invite"
	pathInvited   = "/v1/invitations"
	pathTakeBack  = "/v1/take-back"
	pathEnding    = "/v1/ending"
	pathSessions  = "/v1/sessions"
	pathOccupancy = "/v1/occupancy"
	pathOverview  = "/v1/overview"
	pathStopOther = "/v1/stop-instance"
	pathRetire    = "/v1/retire"
	pathResize    = "/v1/resize"
	pathResume    = "/v1/resume"
	pathPause     = "/v1/pause"
	pathRollout   = "/v1/rollout"
	pathDrain     = "/v1/drain"
	pathShards    = "/v1/log/shards"
	pathIterator  = "/v1/log/iterator"
	pathRecords   = "/v1/log/records"
)

// request is the body of every request; a method takes the fields that it needs. Who asks is never in it.
type request struct {
	Session    *backend.Session   `json:"session,omitempty"`
	Start      string             `json:"start,omitempty"` // the ID of a start, by which it can be cancelled
	InstanceID string             `json:"instanceId,omitempty"`
	Reason     string             `json:"reason,omitempty"`
	Message    string             `json:"message,omitempty"` // Reason as messages.Decode reads it
	Since      *time.Time         `json:"since,omitempty"`
	Sizes      *backend.PoolSizes `json:"sizes,omitempty"`
	// Size is what a launcher asks for that knows no hot tier.
	Size       *int         `json:"size,omitempty"`
	Version    string       `json:"version,omitempty"` // of the launch template; "" for the latest
	Invite     *gate.Invite `json:"invite,omitempty"`
	Invitation string       `json:"invitation,omitempty"` // its ID; "" for all
	Shard      string       `json:"shard,omitempty"`
	Iterator   string       `json:"iterator,omitempty"`
	Sequence   string       `json:"sequence,omitempty"`
	Type       string       `json:"type,omitempty"`
	Limit      int32        `json:"limit,omitempty"`
	NextToken  string       `json:"nextToken,omitempty"`
}

// sizes returns the pool's sizes that are asked for, nil for the profile's.
func (r request) sizes() *backend.PoolSizes {
	if r.Sizes == nil && r.Size != nil {
		return &backend.PoolSizes{Stopped: *r.Size}
	}
	return r.Sizes
}

// line is one line of the answer to a start: a progress, or how it ended.
type line struct {
	Progress *backend.Progress `json:"progress,omitempty"`
	Session  *backend.Session  `json:"session,omitempty"`
	Problem  *problem          `json:"problem,omitempty"`
	Again    bool              `json:"again,omitempty"` // the wait in the queue goes on: ask again
}

// invited is the answer to an invitation.
type invited struct {
	Invitation *gate.Invitation `json:"invitation"`
	Link       string           `json:"link"`
}

// answer is the body of every other answer.
type answer[T any] struct {
	Value   T        `json:"value"`
	Problem *problem `json:"problem,omitempty"`
	Code    string   `json:"code,omitempty"` // AWS's code of the error, for the log's reader
}

// errEnded is the error of an answer that breaks off.
var errEnded = errors.New("broker: the answer broke off")
