package simulate

import (
	"math"
	"strconv"
	"time"

	"avatar-launcher/backend/localcloud/ec2"
)

const (
	metricsEvery = 5 * time.Second
	playerGone   = 15 * time.Second // without a beat of the player's page
	selfStop     = 60 * time.Second // after the tag expire-at
	queueLength  = 1000             // lines kept while the stream refuses them
	mostPlayers  = 100
	// neverReady is the last line of a boot that fails, see SetNeverReady.
	neverReady = "LogInit: Error: the avatar's content is missing"
)

// machine is the inside of one instance. All its methods are called with Service.mu held.
type machine struct {
	s    *Service
	in   ec2.Instance
	on   bool
	boot int // the boot that it runs, ec2.Instance.Boot

	seq    int64
	script []line
	step   int // the next line of the script
	ready  bool

	chatAt, metricsAt time.Time
	players           map[string]time.Time // by the page's own ID: when it was last seen
	load              load

	stopAsked bool
	retryStop time.Time

	queue    [][]byte
	sending  bool
	backoff  time.Duration
	retryPut time.Time
	timer    *time.Timer
}

// powerOn begins a boot. A machine that was not met before and whose boot lies in the past was running when the cloud's
// process died: it boots on from where it would be by now, and does not repeat itself.
func (m *machine) powerOn(now time.Time, unmet bool) {
	m.on, m.boot, m.ready, m.stopAsked = true, m.in.Boot, false, false
	m.retryStop = time.Time{}
	m.seq, m.step = 0, 0
	m.players = map[string]time.Time{}
	m.load = load{}
	m.script = bootScript(m.in)
	if m.s.mute || m.s.broken[m.in.Tags["aws:ec2launchtemplate:version"]] {
		m.script = append(m.script[:len(m.script)/2:len(m.script)/2],
			line{at: 0.6, level: "error", src: "unreal", msg: neverReady})
	}
	begun := m.begun(now)
	if !unmet || now.Sub(begun) < time.Second {
		return
	}
	for m.step < len(m.script) && m.due(m.step, begun).Before(now) {
		m.step++
	}
	if m.step > 0 {
		// More than could have been said by then, so that a reader sees the gap that there is.
		m.seq = int64(len(m.script)) + int64(now.Sub(begun)/(100*time.Millisecond))
		m.say(now, "warn", "agent", "log stream resumed; lines written while the host was away are lost")
	}
	m.upAfterScript(now)
}

// upAfterScript makes the avatar answer once the boot's script is over, unless the script is one that fails.
func (m *machine) upAfterScript(now time.Time) {
	if m.step == len(m.script) && m.script[m.step-1].msg != neverReady {
		m.up(now)
	}
}

// begun is when the present boot began.
func (m *machine) begun(now time.Time) time.Time {
	if m.in.BootTime.IsZero() {
		return now
	}
	return m.in.BootTime
}

// due is when a line of the script is said: the script is spread over what pending has left of the boot time.
func (m *machine) due(step int, begun time.Time) time.Time {
	whole := m.s.o.Warm - m.s.o.Warm/3
	if m.in.FirstBoot {
		whole = m.s.o.Cold - m.s.o.Cold/6
	}
	return begun.Add(time.Duration(float64(whole) * m.script[step].at))
}

func (m *machine) up(now time.Time) {
	m.ready = true
	m.metricsAt = now.Add(metricsEvery)
	m.chatAt = now.Add(m.pause())
}

func (m *machine) powerOff(now time.Time, orderly bool) {
	if m.on && orderly {
		for id := range m.players {
			m.say(now, "info", "signalling", "player disconnected: "+shortID(id)+" (server is going away)")
		}
		m.say(now, "info", "unreal", "LogExit: Preparing to exit. Exiting.")
		m.say(now, "info", "boot", "systemd: powering off")
	}
	m.on, m.ready, m.players = false, false, nil
	m.quiet()
}

// quiet stops the timer.
func (m *machine) quiet() {
	if m.timer != nil {
		m.timer.Stop()
		m.timer = nil
	}
}

// run does everything that is due, sets the timer for what comes next, and reports whether the machine wants to stop.
func (m *machine) run(now time.Time) (stop bool) {
	if m.on {
		m.runScript(now)
		m.runPlayers(now)
		m.runTalk(now)
		stop = m.runExpiry(now)
	}
	m.schedule(now)
	return stop
}

func (m *machine) runScript(now time.Time) {
	begun := m.begun(now)
	for m.step < len(m.script) {
		due := m.due(m.step, begun)
		if due.After(now) {
			return
		}
		l := m.script[m.step]
		m.step++
		m.say(now, l.level, l.src, l.msg)
		m.upAfterScript(now)
	}
}

// runTalk says a line now and then, and puts metrics. What was missed (a sleeping laptop) is not caught up with.
func (m *machine) runTalk(now time.Time) {
	if !m.ready {
		return
	}
	if !now.Before(m.metricsAt) {
		m.metricsAt = now.Add(metricsEvery)
		m.write(record{TS: now, Level: "info", Src: "metrics", Msg: "", metrics: m.measure()})
	}
	if !now.Before(m.chatAt) {
		m.chatAt = now.Add(m.pause())
		l := m.chat()
		m.say(now, l.level, l.src, l.msg)
	}
}

// pause is the time between two lines of a machine that is up: 15 to 30 s.
func (m *machine) pause() time.Duration {
	return 15*time.Second + time.Duration(m.s.env.Rand(int64(15*time.Second)))
}

// runExpiry reports whether the machine's own timer stops it now.
func (m *machine) runExpiry(now time.Time) bool {
	at, ok := m.expiry()
	if !ok || m.stopAsked || now.Before(at) || now.Before(m.retryStop) {
		return false
	}
	m.stopAsked = true
	m.say(now, "warn", "agent", "self-stop: expire-at "+m.in.Tags["expire-at"]+" has passed, shutting down")
	return true
}

// expiry is when the machine stops itself; a tag that is no time stops nothing.
func (m *machine) expiry() (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, m.in.Tags["expire-at"])
	if err != nil {
		return time.Time{}, false
	}
	return t.Add(selfStop), true
}

// schedule sets the one timer to the earliest of what is to come.
func (m *machine) schedule(now time.Time) {
	m.quiet()
	next := time.Time{}
	consider := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if len(m.queue) > 0 && m.backoff > 0 {
		consider(m.retryPut)
	}
	if m.on {
		m.upcoming(now, consider)
	}
	if next.IsZero() || m.s.closed {
		return
	}
	m.timer = time.AfterFunc(max(0, next.Sub(now)), func() { m.s.tick(m) })
}

func (m *machine) upcoming(now time.Time, consider func(time.Time)) {
	if m.step < len(m.script) {
		consider(m.due(m.step, m.begun(now)))
	}
	if m.ready {
		consider(m.metricsAt)
		consider(m.chatAt)
	}
	for _, seen := range m.players {
		consider(seen.Add(playerGone))
	}
	if at, ok := m.expiry(); ok && !m.stopAsked {
		if at.Before(m.retryStop) {
			at = m.retryStop
		}
		consider(at)
	}
}

// say queues a log line.
func (m *machine) say(now time.Time, level, src, msg string) {
	m.write(record{TS: now, Level: level, Src: src, Msg: msg})
}

// write numbers a record and queues it; the oldest go where the queue is full, and the numbers show it.
func (m *machine) write(r record) {
	m.seq++
	r.V, r.Seq, r.IID, r.Epoch, r.TS = 1, m.seq, m.in.ID, m.epoch(), r.TS.UTC()
	data := r.encode()
	if len(m.queue) >= queueLength {
		m.queue = m.queue[1:]
	}
	m.queue = append(m.queue, data)
}

// epoch is the instance's tag of that name, 0 if it has none.
func (m *machine) epoch() int64 {
	n, err := strconv.ParseInt(m.in.Tags["epoch"], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// round keeps one decimal.
func round(x float64) float64 { return math.Round(x*10) / 10 }
