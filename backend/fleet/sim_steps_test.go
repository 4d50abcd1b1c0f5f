package fleet_test

import (
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// one draws a desktop that is alive, nil if none is.
func (s *simulation) one() *desktop {
	var alive []*desktop
	for _, d := range s.desktops {
		if d.alive() {
			alive = append(alive, d)
		}
	}
	if len(alive) == 0 {
		return nil
	}
	return alive[s.rand.IntN(len(alive))]
}

// step is one thing that happens.
func (s *simulation) step() {
	d := s.one()
	if d == nil {
		s.add(userNo(s.rand.IntN(5)), true)
		return
	}
	if s.account != nil && s.rand.IntN(4) == 0 {
		s.account.mend()
		if s.rand.IntN(2) == 0 {
			s.account.disturb(s)
		}
	}
	minutes := func(n int) time.Duration { return time.Duration(1+s.rand.IntN(n*60)) * time.Second }
	switch s.rand.IntN(31) {
	case 0, 1, 2, 3, 4:
		s.tell("%s presses start", d.name)
		d.do(backend.WishStart)
	case 5:
		s.tell("%s stops", d.name)
		d.do(backend.WishStop)
	case 6:
		s.tell("%s terminates", d.name)
		d.do(backend.WishTerminate)
	case 7:
		s.tell("%s cancels or is touched", d.name)
		d.do(backend.WishCancel)
		d.do(backend.WishTouch)
	case 8:
		s.tell("%s quits", d.name)
		d.do(backend.WishQuit)
	case 9, 10, 11:
		in, ante := 1+s.rand.IntN(25), s.rand.IntN(2) == 0
		s.tell("%s will die at its call %d (before it %v)", d.name, in, ante)
		d.net.set(func(n *network) { n.killIn, n.killAnte = in, ante })
		d.do(backend.WishStart)
		s.survive("killed")
	case 12:
		s.tell("%s is killed", d.name)
		d.net.kill()
		s.survive("killed")
	case 13:
		span := minutes(130)
		s.tell("%s sleeps for %v", d.name, span)
		d.net.set(func(n *network) { n.until, n.asleep = time.Now().Add(span), true })
		s.survive("slept")
	case 14:
		span := minutes(90)
		s.tell("%s has no network for %v", d.name, span)
		d.net.set(func(n *network) { n.until, n.asleep = time.Now().Add(span), false })
		s.survive("partitioned")
	case 15:
		s.tell("%s loses a third of its answers and requests", d.name)
		d.net.set(func(n *network) { n.lose, n.fail = 0.2, 0.1 })
		d.do(backend.WishStart)
		s.survive("lost answers")
	case 16:
		s.tell("another launcher of %s", d.user.Username)
		s.add(d.user, s.rand.IntN(2) == 0)
		s.survive("two desktops of a user")
	case 17:
		s.capacity()
	case 18:
		s.byHand()
	case 19:
		s.figures.PoolSize, s.figures.Hot = s.rand.IntN(5), s.rand.IntN(3)
		s.figures.HotLimit = time.Duration(10+s.rand.IntN(30)) * time.Minute
		s.figures.Free = nil
		if free := s.rand.IntN(4); free < 3 {
			s.figures.Free = &free
		}
		s.figures.Rehearse = s.rand.IntN(3) == 0
		if !s.clean {
			s.figures.Recycle = []backend.Recycle{backend.Reuse, backend.Replace, backend.Reset}[s.rand.IntN(3)]
		}
		s.tell("the pool's size is now %d and %d hot ones for %v, %v", s.figures.PoolSize, s.figures.Hot,
			s.figures.HotLimit, s.figures.Recycle)
		for _, d := range s.desktops {
			d.service.Configure(s.figures)
		}
		if s.account != nil {
			s.account.configure(s.figures)
		}
		s.survive("configured")
	case 20:
		for _, d := range s.desktops {
			if d.reader == nil || d.reader.followed() == "" {
				continue
			}
			s.tell("the newest line of %s comes twice", d.reader.followed())
			if err := s.stream.repeat(s.t.Context(), d.reader.followed()); err != nil {
				s.t.Fatal(err)
			}
			s.survive("line twice")
		}
	case 21, 22:
		s.breakService(d)
	case 23, 24:
		s.lateFailure(d)
	case 25:
		s.neverReady = !s.neverReady
		s.w.cloud.SetNeverReady(s.neverReady)
		s.tell("images never become ready: %v", s.neverReady)
		s.survive("never ready")
		d.do(backend.WishStart)
	case 26:
		b := s.w.cloud.Behavior()
		b.FailTargets = !b.FailTargets
		s.w.setBehavior(s.t, b)
		s.tell("armed stops fail: %v", b.FailTargets)
		s.survive("armed stops fail")
	case 27:
		state := []string{"failed", "failed-detached"}[s.rand.IntN(2)]
		s.tell("the next replacement of a disk ends as %s", state)
		s.w.cloud.FailReplacements(1, state)
		s.survive("disk not replaced")
	case 28, 29:
		s.newTemplate()
	case 30:
		s.operate()
	}
}

// newTemplate adds a version to the launch template. Some never become ready.
func (s *simulation) newTemplate() {
	version := s.w.newVersion(s.t)
	if s.rand.IntN(2) == 0 {
		s.tell("the launch template has version %s", version)
		s.survive("new template")
		return
	}
	s.w.cloud.BreakVersion(version)
	s.tell("the launch template has version %s, which never becomes ready", version)
	s.survive("bad template")
}

// operate is an operator who changes the rollout, or takes an instance out of use.
func (s *simulation) operate() {
	service, ctx := s.w.desktop(s.t, "operator"), s.t.Context()
	switch s.rand.IntN(4) {
	case 0:
		s.tell("an operator pauses the rollout: %v", service.Pause(ctx, userNo(99), "wait"))
	case 1:
		s.tell("an operator resumes the rollout: %v", service.Resume(ctx, userNo(99), "go on"))
	case 2:
		s.tell("an operator rolls the latest out: %v", service.Rollout(ctx, userNo(99), "", "try again"))
	default:
		v, err := s.w.truth(ctx)
		if err != nil || len(v.machines) == 0 {
			return
		}
		id := *v.machines[s.rand.IntN(len(v.machines))].InstanceId
		s.tell("an operator drains %s: %v", id, service.Drain(ctx, userNo(99), id, "worn"))
	}
	s.survive("operated")
}

// lateFailure lets instances die while they boot: EC2 accepts the next starts and launches and then gives up, or the
// host of an instance that is booting is lost. Somebody starts at that moment.
func (s *simulation) lateFailure(d *desktop) {
	if s.rand.IntN(3) > 0 {
		n := 1 + s.rand.IntN(3)
		code := []string{"", "Server.InsufficientInstanceCapacity", "Server.InternalError"}[s.rand.IntN(3)]
		s.tell("the next %d starts fail late (%s), and %s presses start", n, code, d.name)
		s.w.cloud.FailStarts(n, code)
		d.do(backend.WishStart)
		s.survive("start that fails late")
		return
	}
	s.tell("%s presses start, and its instance dies while it boots", d.name)
	d.do(backend.WishStart)
	for range 60 {
		s.pass(time.Second)
		if m := d.launcher.Snapshot().Machine; m != nil && m.State == backend.Pending {
			s.w.stops.excuse(m.InstanceID, s.epochOf(m.InstanceID))
			_ = s.w.cloud.KillInstance(m.InstanceID)
			s.survive("death while booting")
			return
		}
	}
}

// epochOf returns the epoch in an instance's row, 0 if there is none.
func (s *simulation) epochOf(instanceID string) int64 {
	v, err := s.w.truth(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return v.rows[instanceID].Epoch
}

// breakService lets one service fail alone, for one desktop or for all, while a session ends. Everybody else wants an
// instance then: what the ending gives back has a new owner soon.
func (s *simulation) breakService(d *desktop) {
	name := []string{"route53", "route53", "scheduler", "dynamodb"}[s.rand.IntN(4)]
	span, all, hang := time.Duration(1+s.rand.IntN(600))*time.Second, s.rand.IntN(2) == 0, s.rand.IntN(4) == 0
	if d.launcher.Snapshot().Phase != backend.Ready {
		d.do(backend.WishStart)
		s.pass(time.Minute)
	}
	s.tell("%s fails for %v (%s, all %v, without an answer %v), and %s ends", name, span, d.name, all, hang, d.name)
	for _, other := range s.desktops {
		if other == d || all {
			other.net.set(func(n *network) { n.broken, n.hang = map[string]time.Time{name: time.Now().Add(span)}, hang })
		}
	}
	d.do([]backend.Verb{backend.WishStop, backend.WishTerminate, backend.WishQuit}[s.rand.IntN(3)])
	if s.rand.IntN(3) == 0 {
		d.net.set(func(n *network) { n.killIn, n.killAnte = 1+s.rand.IntN(8), s.rand.IntN(2) == 0 })
	}
	s.pass(time.Minute)
	for _, other := range s.desktops {
		if other != d && other.alive() {
			other.do(backend.WishStart)
		}
	}
	s.survive(name + " failing")
}

// capacity takes capacity away or gives it back.
func (s *simulation) capacity() {
	if s.rand.IntN(2) == 0 {
		s.w.cloud.SetVCPUQuota(-1)
		s.w.cloud.SetCapacity("us-east-1a", "g5.2xlarge", -1)
		s.tell("there is capacity again")
		return
	}
	if s.rand.IntN(2) == 0 {
		s.w.cloud.SetVCPUQuota(8 * s.rand.IntN(4))
	} else {
		s.w.cloud.SetCapacity("us-east-1a", "g5.2xlarge", 0)
	}
	s.tell("capacity is short")
	s.survive("no capacity")
}

// byHand is somebody at the console: an instance is stopped, terminated or lost behind everybody's back.
func (s *simulation) byHand() {
	v, err := s.w.truth(s.t.Context())
	if err != nil || len(v.machines) == 0 {
		return
	}
	id := *v.machines[s.rand.IntN(len(v.machines))].InstanceId
	s.w.stops.excuse(id, v.rows[id].Epoch)
	cloud := ec2.NewFromConfig(s.w.cfg)
	switch s.rand.IntN(3) {
	case 0:
		s.tell("%s is stopped by hand", id)
		_, _ = cloud.StopInstances(s.t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{id}})
	case 1:
		s.tell("%s is terminated by hand", id)
		_, _ = cloud.TerminateInstances(s.t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	default:
		s.tell("%s is lost with its host", id)
		_ = s.w.cloud.KillInstance(id)
	}
	s.survive("changed by hand")
}
