package localcloud

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// KillInstance lets an instance's host fail: it is stopped at once, without a word of its own.
func (c *Cloud) KillInstance(id string) error { return c.ec2.Load().Kill(id) }

// PauseStream holds log records back from their readers until ResumeStream.
func (c *Cloud) PauseStream() error { return c.kinesis.PauseStream(streamName) }

// ResumeStream gives readers what PauseStream held back.
func (c *Cloud) ResumeStream() error { return c.kinesis.ResumeStream(streamName) }

// SetReservation reserves capacity under an ID such as cr-0123456789abcdef0 for n instances of a type in a zone; n < 0
// ends the reservation.
func (c *Cloud) SetReservation(id, zone, instanceType string, n int) {
	c.ec2.Load().SetReservation(id, zone, instanceType, n)
}

// SetCapacity limits how many instances of a type may be up in a zone ("" for any), n < 0 lifts the limit.
func (c *Cloud) SetCapacity(zone, instanceType string, n int) {
	c.ec2.Load().SetCapacity(zone, instanceType, n)
}

// SetVCPUQuota sets the on-demand quota in vCPUs of each family of types; n < 0 lifts it.
func (c *Cloud) SetVCPUQuota(n int) { c.ec2.Load().SetVCPUQuota(n) }

// SetNeverReady makes avatars of instances that boot from now on never become ready, or makes them boot as usual.
func (c *Cloud) SetNeverReady(on bool) { c.sim.SetNeverReady(on) }

// BreakVersion makes avatars of instances of a launch template version never become ready.
func (c *Cloud) BreakVersion(version string) { c.sim.BreakVersion(version) }

// FailStarts lets the next n starts and launches fail late, n < 0 all of them: EC2 accepts the request, then the
// instance falls back to stopped, or to terminated if it was launched, with code as its state reason. An empty code is
// Client.InternalError.
func (c *Cloud) FailStarts(n int, code string) { c.ec2.Load().FailStarts(n, code) }

// FailReplacements lets the next n root volume replacements fail, n < 0 all of them, in the state failed or
// failed-detached.
func (c *Cloud) FailReplacements(n int, state string) { c.ec2.Load().FailReplacements(n, state) }

// admin is the operator's API. It needs the operator's secret access key as a bearer token.
func (c *Cloud) admin(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(token), []byte(c.outputs.OperatorSecretAccessKey)) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer(w, http.StatusUnauthorized,
			map[string]string{"message": "The operator's secret access key is needed as a bearer token."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /_admin/faults":               func(*http.Request) (any, error) { return c.Faults(), nil },
		"POST /_admin/faults":              c.adminAddFault,
		"DELETE /_admin/faults":            func(*http.Request) (any, error) { c.RemoveFault(""); return nil, nil },
		"DELETE /_admin/faults/{id}":       c.adminRemoveFault,
		"GET /_admin/clock":                func(*http.Request) (any, error) { return c.clock(), nil },
		"POST /_admin/clock":               c.adminClock,
		"GET /_admin/behavior":             func(*http.Request) (any, error) { return bodyOf(c.Behavior()), nil },
		"POST /_admin/behavior":            c.adminBehavior,
		"POST /_admin/throttle":            c.adminThrottle,
		"POST /_admin/capacity":            c.adminCapacity,
		"POST /_admin/late-failures":       c.adminLateFailures,
		"POST /_admin/never-ready":         c.adminNeverReady,
		"POST /_admin/instances/{id}/kill": c.adminKill,
		"POST /_admin/stream/pause":        func(*http.Request) (any, error) { return nil, c.PauseStream() },
		"POST /_admin/stream/resume":       func(*http.Request) (any, error) { return nil, c.ResumeStream() },
		"GET /_admin/calls":                func(*http.Request) (any, error) { return c.Calls(), nil },
		"GET /_admin/counts":               func(*http.Request) (any, error) { return c.CallCounts(), nil },
		"GET /_admin/refusals":             func(*http.Request) (any, error) { return c.Refusals(), nil },
		"GET /_admin/buckets":              func(*http.Request) (any, error) { return c.BucketUse(), nil },
		"GET /_admin/outputs":              func(*http.Request) (any, error) { return c.Outputs(), nil },
		"GET /_admin/outbox":               func(*http.Request) (any, error) { return c.idp.Outbox(), nil },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { respond(w, r, handle) })
	}
	mux.ServeHTTP(w, r)
}

func respond(w http.ResponseWriter, r *http.Request, handle func(*http.Request) (any, error)) {
	out, err := handle(r)
	var known *wire.Error
	switch {
	case errors.As(err, &known):
		answer(w, known.Status, map[string]string{"code": known.Code, "message": known.Message})
	case err != nil:
		answer(w, http.StatusBadRequest, map[string]string{"message": err.Error()})
	case out == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		answer(w, http.StatusOK, out)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// read decodes the JSON body strictly: a fault with a misspelt member would do something else.
func read(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("the request's body: %w", err)
	}
	return nil
}

// period is a JSON duration: "250ms", or a number of seconds.
type period time.Duration

// MarshalJSON implements json.Marshaler.
func (p period) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(p).String()) }

// UnmarshalJSON implements json.Unmarshaler.
func (p *period) UnmarshalJSON(b []byte) error {
	var seconds float64
	if json.Unmarshal(b, &seconds) == nil {
		*p = period(seconds * float64(time.Second))
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	*p = period(d)
	return err
}

func (c *Cloud) adminAddFault(r *http.Request) (any, error) {
	var in struct {
		Service, Operation, Contains, Kind, Code, Message string
		Reasons                                           []string
		Status, Count                                     int
		Share                                             float64
		Latency                                           period
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	id, err := c.AddFault(Fault{
		Service: in.Service, Operation: in.Operation, Contains: in.Contains, Kind: in.Kind, Code: in.Code,
		Message: in.Message, Reasons: in.Reasons,
		Status: in.Status, Count: in.Count, Share: in.Share, Latency: time.Duration(in.Latency),
	})
	return map[string]string{"id": id}, err
}

func (c *Cloud) adminRemoveFault(r *http.Request) (any, error) {
	if !c.RemoveFault(r.PathValue("id")) {
		return nil, wire.Errorf(404, "NoSuchFault", "There is no fault %s.", r.PathValue("id"))
	}
	return nil, nil
}

func (c *Cloud) clock() any {
	return map[string]any{"now": c.Now(), "skewSeconds": time.Duration(c.skew.Load()).Seconds()}
}

func (c *Cloud) adminClock(r *http.Request) (any, error) {
	var in struct{ Skew period }
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.SetClockSkew(time.Duration(in.Skew))
	return c.clock(), nil
}

func (c *Cloud) adminThrottle(r *http.Request) (any, error) {
	var in struct{ Enabled bool }
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.SetThrottle(in.Enabled)
	return nil, nil
}

func (c *Cloud) adminKill(r *http.Request) (any, error) {
	return nil, c.KillInstance(r.PathValue("id"))
}

func (c *Cloud) adminNeverReady(r *http.Request) (any, error) {
	var in struct{ Enabled bool }
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.SetNeverReady(in.Enabled)
	return nil, nil
}

func (c *Cloud) adminLateFailures(r *http.Request) (any, error) {
	in := struct {
		Count int
		Code  string
	}{Count: 1}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.FailStarts(in.Count, in.Code)
	return nil, nil
}

func (c *Cloud) adminCapacity(r *http.Request) (any, error) {
	in := struct {
		Zone, InstanceType, Reservation string
		Instances, VCPUs                *int
	}{}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.Instances != nil && in.Reservation != "" {
		c.SetReservation(in.Reservation, in.Zone, in.InstanceType, *in.Instances)
	} else if in.Instances != nil {
		c.SetCapacity(in.Zone, in.InstanceType, *in.Instances)
	}
	if in.VCPUs != nil {
		c.SetVCPUQuota(*in.VCPUs)
	}
	return nil, nil
}
