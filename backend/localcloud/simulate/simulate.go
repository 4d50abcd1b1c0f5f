// Package simulate is what runs inside the embedded cloud's instances: it boots along a script, puts log lines and
// metrics into a stream, answers with an avatar page once it is up, and stops itself when its time is over.
package simulate

import (
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/ec2"
	"avatar-launcher/backend/localcloud/wire"
)

// Options connect the simulated instances with the rest of the cloud.
type Options struct {
	// Warm and Cold are ec2.Options's: the time from StartInstances until the avatar answers.
	Warm, Cold time.Duration
	// Stream is the name of the stream that the lines go to.
	Stream string
	// Put puts one record; its partition key is the instance's ID. What fails is put again later.
	Put func(stream, partitionKey string, data []byte) error
	// Stop stops instances; the self-stop timer uses it.
	Stop func(ids ...string) error
}

// Service runs the simulated instances. Make it with New and pass Changed to ec2.
type Service struct {
	env wire.Env
	o   Options

	mu       sync.Mutex // guards everything below; never held while Put or Stop runs
	machines map[string]*machine
	closed   bool
	mute     bool            // instances that boot from now on never become ready
	broken   map[string]bool // launch template versions whose instances never become ready
}

// New makes a Service with no instances; Changed brings them.
func New(env wire.Env, o Options) (*Service, error) {
	return &Service{env: env, o: o, machines: map[string]*machine{}}, nil
}

// Changed takes an instance's new state or tags. It is to be called in the order of the changes.
func (s *Service) Changed(in ec2.Instance) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	m := s.machines[in.ID]
	met := m != nil
	if !met {
		m = &machine{s: s}
		s.machines[in.ID] = m
	}
	m.in = in
	now := s.env.Now()
	switch in.State {
	case "running":
		if !m.on || m.boot != in.Boot {
			m.powerOn(now, !met)
		}
	case "stopping", "shutting-down":
		m.powerOff(now, true)
	case "stopped":
		m.powerOff(now, false)
		m.queue = nil // what the log agent could not send is on a disk that does not turn
	case "terminated":
		m.powerOff(now, false)
		delete(s.machines, in.ID)
	}
	stop := m.run(now)
	s.mu.Unlock()
	s.after(m, in.ID, stop)
}

// SetNeverReady makes avatars of instances that boot from now on never become ready, or makes them boot as usual.
func (s *Service) SetNeverReady(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = on
}

// BreakVersion makes avatars of instances of a launch template version never become ready.
func (s *Service) BreakVersion(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = map[string]bool{}
	}
	s.broken[version] = true
}

// tick is the machine's timer.
func (s *Service) tick(m *machine) {
	s.mu.Lock()
	stop, id := false, m.in.ID
	if !s.closed && s.machines[id] == m {
		stop = m.run(s.env.Now())
	}
	s.mu.Unlock()
	s.after(m, id, stop)
}

// after does what a machine's run has asked for and what must not be done under the lock.
func (s *Service) after(m *machine, id string, stop bool) {
	s.flush(m)
	if !stop || s.o.Stop == nil {
		return
	}
	if err := s.o.Stop(id); err != nil {
		s.mu.Lock()
		m.stopAsked = false
		m.retryStop = s.env.Now().Add(10 * time.Second)
		m.schedule(s.env.Now())
		s.mu.Unlock()
	}
}

// flush puts the queued lines, in order. One caller at a time does; the others leave their lines to it.
func (s *Service) flush(m *machine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.sending {
		return
	}
	m.sending = true
	for len(m.queue) > 0 && !s.env.Now().Before(m.retryPut) {
		data, id := m.queue[0], m.in.ID
		m.queue = m.queue[1:]
		s.mu.Unlock()
		var err error
		if s.o.Put != nil {
			err = s.o.Put(s.o.Stream, id, data)
		}
		s.mu.Lock()
		if err == nil {
			m.backoff = 0
			continue
		}
		if s.closed || s.machines[id] != m {
			break
		}
		m.queue = append([][]byte{data}, m.queue...)
		m.backoff = min(max(2*m.backoff, time.Second), 30*time.Second)
		m.retryPut = s.env.Now().Add(m.backoff)
		m.schedule(s.env.Now())
	}
	m.sending = false
}

// Answering reports whether the instance's avatar answers requests.
func (s *Service) Answering(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[id]
	return m != nil && m.on && m.ready
}

// Close stops the timers; nothing is put after it.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, m := range s.machines {
		m.quiet()
		m.queue = nil
	}
}
