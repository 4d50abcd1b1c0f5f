package ec2

import (
	"cmp"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// remembered is how long a terminated instance can still be described.
const remembered = time.Hour

// gone is the pseudo-state after terminated: the instance is forgotten.
const gone = "gone"

// start begins pending of a new or stopped instance.
func (ch *change) start(in *instance) {
	in.LaunchTime = ch.now
	in.ReasonCode, in.Reason, in.StateReason = "", "", ""
	ch.s.lease(in)
	delay := ch.s.opts.Warm / 3
	if !in.Initialised {
		delay = ch.s.opts.Cold / 6
	}
	if ch.failLate(in, delay) {
		return
	}
	ch.enter(in, pending, running, delay)
}

// lateReasons are EC2's words for the state reasons of starts that fail after they were accepted.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
var lateReasons = map[string]string{
	"Client.InternalError": "Client error on launch",
	"Server.InsufficientInstanceCapacity": "Insufficient capacity to launch the instance. We currently do not have " +
		"sufficient capacity to fulfil your request.",
	"Server.InternalError": "Internal error on launch",
}

// failLate lets a start end as FailStarts asked for, and reports whether it did.
func (ch *change) failLate(in *instance, delay time.Duration) bool {
	if ch.s.failing == 0 {
		return false
	}
	if ch.s.failing > 0 {
		ch.s.failing--
	}
	in.ReasonCode = ch.s.failCode
	in.Reason = strings.TrimSuffix(in.ReasonCode+": "+lateReasons[in.ReasonCode], ": ")
	in.StateReason = in.ReasonCode
	end := stopped
	if !in.Ran {
		end = terminated
	}
	ch.enter(in, pending, end, delay)
	return true
}

// FailStarts lets the next n starts and launches fail late, n < 0 all of them. An empty code is Client.InternalError.
func (s *Service) FailStarts(n int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing, s.failCode = n, cmp.Or(code, "Client.InternalError")
}

// stop begins stopping, or shutting-down where terminate is true. A forced stop does not wait for the system.
func (ch *change) stop(in *instance, terminate, force bool) {
	ch.noteInitialised(in)
	delay := ch.s.opts.Warm / 2
	if force {
		delay /= 4
	}
	in.ReasonCode = "Client.UserInitiatedShutdown"
	in.Reason = "Client.UserInitiatedShutdown: User initiated shutdown"
	in.StateReason = "User initiated (" + ch.now.UTC().Format("2006-01-02 15:04:05") + " GMT)"
	if terminate {
		if in.State == stopped {
			delay = 0
		}
		ch.enter(in, shuttingDown, terminated, delay)
		return
	}
	ch.enter(in, stopping, stopped, delay)
}

// noteInitialised keeps whether a first boot, now ending, was long enough to initialise the disk.
func (ch *change) noteInitialised(in *instance) {
	since := in.LaunchTime
	if in.DiskAt.After(since) {
		since = in.DiskAt
	}
	if in.State == running && !in.BootTime.IsZero() && ch.now.Sub(since) >= ch.s.opts.Cold {
		in.Initialised = true
	}
}

// enter puts the instance into a state that lasts delay, next being what follows by itself.
func (ch *change) enter(in *instance, state, next string, delay time.Duration) {
	in.State, in.Next, in.NextAt = state, next, ch.now.Add(delay)
	ch.touch(in)
}

// advance takes the transition that was announced.
func (ch *change) advance(in *instance) {
	state := in.Next
	in.State, in.Next = state, ""
	switch state {
	case running:
		in.Ran = true
		in.Boot++
		in.BootTime = ch.now
	case stopped:
		ch.s.release(in, false)
	case terminated:
		ch.s.release(in, true)
		in.Next, in.NextAt = gone, ch.now.Add(remembered)
	case gone:
		delete(ch.touched, in.ID)
		ch.s.forget(in)
		ch.forgetTasks(in.ID)
		ch.drop(bucketInstances, in.ID)
		return
	}
	ch.touch(in)
}

// schedule sets the timer of the instance's next transition. The caller holds s.mu.
func (s *Service) schedule(in *instance, now time.Time) {
	if t := s.timers[in.ID]; t != nil {
		t.Stop()
		delete(s.timers, in.ID)
	}
	if in.Next == "" || s.closed {
		return
	}
	id, at := in.ID, in.NextAt
	s.timers[id] = time.AfterFunc(max(0, at.Sub(now)), func() { s.due(id, at) })
}

// due takes the transition that was set for a moment, unless something else has come in between.
func (s *Service) due(id string, at time.Time) {
	_ = s.update(s.env.Now(), func(ch *change) *wire.Error {
		in, ok := s.instances[id]
		if !ok || s.closed || in.Next == "" || !in.NextAt.Equal(at) {
			return nil
		}
		ch.touched[id] = in
		ch.advance(in)
		return nil
	})
}

// Stop does what StopInstances does, for callers inside the cloud: an instance's own timer, and the scheduler's
// universal target. Its errors are *wire.Error.
func (s *Service) Stop(ids ...string) error {
	if err := checkIDs(ids); err != nil {
		return err
	}
	err := s.update(s.env.Now(), func(ch *change) *wire.Error {
		var batch []*instance
		for _, id := range ids {
			in, ok := s.instances[id]
			if !ok {
				return notFound([]string{id})
			}
			if err := stoppable(in); err != nil {
				return err
			}
			batch = append(batch, in)
		}
		for _, in := range batch {
			if in.State == running || in.State == pending {
				ch.stop(in, false, false)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return nil
}

// Kill lets an instance's host fail: from running it is stopped at once, without a word of its own.
// Its errors are *wire.Error.
func (s *Service) Kill(id string) error {
	err := s.update(s.env.Now(), func(ch *change) *wire.Error {
		in, ok := s.instances[id]
		if !ok {
			return notFound([]string{id})
		}
		if in.State != running && in.State != pending {
			return wrongState("The instance '%s' is not running.", id)
		}
		ch.noteInitialised(in)
		in.ReasonCode, in.Reason = "Server.InternalError", "Server.InternalError: Internal error"
		in.StateReason = "Server.InternalError"
		s.release(in, false)
		ch.enter(in, stopped, "", 0)
		return nil
	})
	if err != nil {
		return err
	}
	return nil
}
