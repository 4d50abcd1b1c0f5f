package fleet_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// tally counts what the histories survived.
type tally struct {
	mu     sync.Mutex
	hours  float64
	faults map[string]int
	calls  int64
}

// TestSimulation runs random histories: desktops that start, stop, die between any two calls, sleep, lose the network
// or answers, with clocks up to ten minutes wrong, on a cloud that throttles and runs out of capacity. After every step
// the invariants hold; once it is quiet, nothing is left over. Rerun a failing one by HISTORIES=1 and -seed N -loud.
func TestSimulation(t *testing.T) {
	sum, histories := tally{faults: map[string]int{}}, histories("HISTORIES")
	t.Cleanup(func() {
		t.Logf("%d histories, %.0f virtual hours, %d calls, survived: %v", histories, sum.hours, sum.calls, sum.faults)
	})
	for n := range uint64(histories) {
		seed := *firstSeed + n
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newSimulation(t, seed, &sum).run() })
		})
	}
}

// brief are figures of short sessions, so that more of them end within a history.
func brief() fleet.Figures {
	f := figures
	f.Window, f.Maximum = 25*time.Minute, 75*time.Minute
	f.Hot, f.HotLimit = 1, 20*time.Minute
	return f
}

// unkind is a cloud that does what AWS may do: schedules fire late in their minute, are deleted some time after, and
// are retried although they were updated; policies see tags late, and resolvers see names late.
var unkind = localcloud.Behavior{
	LateSchedules:  true,
	RetriesSurvive: true,
	DeletionLag:    20 * time.Second,
	TagLag:         2 * time.Second,
	NameLag:        10 * time.Second,
}

// simulation is one history.
type simulation struct {
	t         *testing.T
	w         *world
	rand      *rand.Rand
	seed      uint64
	sum       *tally
	desktops  []*desktop
	figures   fleet.Figures
	began     time.Time
	told      []string
	unowned   map[string]time.Time
	stream    *stream
	bystander *desktop  // it is signed in and does nothing
	idleSince time.Time // its present hour, and the calls it had made then
	idleCalls int
	keptSince time.Time // since when an undisturbed desktop keeps the pool
	count     int

	account    *account // by which all desktops act; nil if each acts itself
	neverReady bool     // images do not become ready at present
	// clean is set if every used instance's disk is replaced: no root volume is then two sessions'.
	clean bool
	disks map[string]string // by root volume: the session that had it
}

func newSimulation(t *testing.T, seed uint64, sum *tally) *simulation {
	w := newWorld(t)
	w.setBehavior(t, unkind)
	if *loud {
		w.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	w.withForeign(t)
	w.cloud.SetThrottle(true)
	s := &simulation{
		t:       t,
		w:       w,
		rand:    rand.New(rand.NewPCG(seed, 0)),
		seed:    seed,
		sum:     sum,
		figures: brief(),
		began:   time.Now(),
		unowned: map[string]time.Time{},
		stream:  w.stream(),
		clean:   seed%2 == 0,
		disks:   map[string]string{},
	}
	if s.clean {
		s.figures.Recycle = backend.Reset
	}
	return s
}

func (s *simulation) tell(format string, args ...any) {
	s.told = append(s.told, fmt.Sprintf("%9s  ", time.Since(s.began).Round(time.Second))+fmt.Sprintf(format, args...))
	if *loud {
		fmt.Fprintln(os.Stderr, s.told[len(s.told)-1])
	}
}

func (s *simulation) survive(fault string) {
	s.sum.mu.Lock()
	defer s.sum.mu.Unlock()
	s.sum.faults[fault]++
}

// run is one history of some twenty steps, then quiet.
func (s *simulation) run() {
	defer s.end()
	for n := range 3 + s.rand.IntN(3) {
		s.add(userNo(n), n < 2)
	}
	s.bystander = s.w.launch(s.t, "bystander", userNo(98), false, 0, s.figures, s.seed*1000, s.joining()...)
	s.idleSince = time.Now()
	for range 20 {
		s.step()
		s.pass(time.Second + time.Duration(s.rand.ExpFloat64()*float64(4*time.Minute)))
		if s.t.Failed() {
			return
		}
	}
	s.quiet()
}

// pass lets time go by, and checks on the way.
func (s *simulation) pass(d time.Duration) {
	for d > 0 && !s.t.Failed() {
		part := min(d, 3*time.Minute)
		time.Sleep(part)
		d -= part
		s.check()
	}
}

func (s *simulation) add(u backend.User, keeps bool) *desktop {
	s.count++
	skew := time.Duration(0)
	if s.rand.IntN(3) == 0 {
		skew = time.Duration(s.rand.IntN(1200)-600) * time.Second
		s.survive("clock wrong")
	}
	rooms := s.joining()
	if s.account == nil &&
		!slices.ContainsFunc(s.desktops, func(d *desktop) bool { return d.reader != nil && d.alive() }) {
		rooms = append(rooms, s.w.withReader)
	}
	d := s.w.launch(s.t, fmt.Sprintf("d%d-%s", s.count, u.Username), u, keeps, skew, s.figures,
		s.seed*1000+uint64(s.count), rooms...)
	latency := time.Duration(s.rand.IntN(120)) * time.Millisecond
	d.net.set(func(n *network) { n.latency = latency })
	s.desktops = append(s.desktops, d)
	s.tell("%s runs (keeps %v, clock off by %v)", d.name, keeps, skew)
	return d
}

// joining is what makes a desktop one of account mode, nothing if the history is not in it.
func (s *simulation) joining() []func(*desktop, aws.Config) {
	if s.account == nil {
		return nil
	}
	return []func(*desktop, aws.Config){s.account.join}
}

// check reads the world and compares it with the invariants.
func (s *simulation) check() {
	synctest.Wait()
	v, err := s.w.truth(s.t.Context())
	if err != nil {
		s.t.Fatalf("the world cannot be read: %v", err)
	}
	faults := v.broken(time.Now(), s.figures, s.unowned, s.keptSince, s.w.out.ParkingAddress)
	faults = append(faults, s.leftRunning(v)...)
	faults = append(faults, s.w.brokenStops(v, time.Now())...)
	faults = append(faults, s.w.brokenNames(v)...)
	faults = append(faults, s.sharedDisks(v)...)
	faults = append(faults, s.unshown()...)
	if faults = append(faults, s.idleCost()...); len(faults) > 0 {
		s.fail(faults)
	}
}

// sharedDisks checks that no root volume is used by two sessions if every used disk is replaced.
func (s *simulation) sharedDisks(v truth) []string {
	var out []string
	for _, m := range v.machines {
		row := v.rows[*m.InstanceId]
		if !s.clean || row.State != backend.Claimed || m.State.Name != "running" {
			continue
		}
		for _, disk := range m.BlockDeviceMappings {
			id, session := *disk.Ebs.VolumeId, fmt.Sprint(row.Owner, " ", row.Epoch)
			if had := s.disks[id]; had != "" && had != session {
				out = append(out, fmt.Sprintf("the disk %s of %s was session %s's and is session %s's", id, *m.InstanceId, had,
					session))
			}
			s.disks[id] = session
		}
	}
	return out
}

// unshown checks the fifth invariant on the desktops with a log: one of those that are alive has one.
func (s *simulation) unshown() []string {
	if err := s.stream.read(s.t.Context()); err != nil {
		s.t.Fatalf("the stream cannot be read: %v", err)
	}
	var out []string
	for _, d := range s.desktops {
		if d.reader != nil {
			out = append(out, d.reader.broken(s.stream.lines, d.alive() && d.calm(calmTime), time.Now().Add(-time.Minute))...)
		}
	}
	return out
}

// calmTime is how long after trouble a log may lack lines: a computer that wakes gives its held requests up first.
const calmTime = 3 * time.Minute

// idleCost checks the seventh invariant on the desktop that does nothing.
func (s *simulation) idleCost() []string {
	switch {
	case s.bystander == nil:
		return nil
	case time.Since(s.idleSince) > time.Hour:
		s.idleSince, s.idleCalls = time.Now(), s.bystander.callCount()
	}
	if n := s.bystander.callCount() - s.idleCalls; n >= 10 {
		return []string{fmt.Sprintf("7: a launcher that does nothing made %d calls in %v", n, time.Since(s.idleSince))}
	}
	return nil
}

// leftRunning checks the sixth invariant: a launcher that has quit by itself has had the stop request taken, or has
// told its user about the armed stop. Anyone who runs two launchers may have started again by the other.
func (s *simulation) leftRunning(v truth) []string {
	var out []string
	launchers := map[string]int{}
	for _, d := range s.desktops {
		launchers[d.user.ID]++
	}
	for _, d := range s.desktops {
		if d.alive() || d.net.isDead() || launchers[d.user.ID] > 1 || d.launcher.Snapshot().Problem != nil {
			continue
		}
		for _, m := range v.machines {
			row := v.rows[*m.InstanceId]
			if row.State == backend.Claimed && row.Owner == d.user.ID &&
				(m.State.Name == "running" || m.State.Name == "pending") {
				out = append(out, fmt.Sprintf("6: %s has quit and said nothing, and %s runs", d.name, *m.InstanceId))
			}
		}
	}
	return out
}

func (s *simulation) fail(faults []string) {
	s.t.Helper()
	s.t.Errorf("seed %d, after %v:\n  %s\nhistory:\n  %s", s.seed,
		time.Since(s.began).Round(time.Second), strings.Join(faults, "\n  "), strings.Join(s.told, "\n  "))
}

// quiet ends all trouble: networks heal, capacity is back, everybody quits, one desktop keeps the pool. What is left
// over after that is a fault.
func (s *simulation) quiet() {
	s.tell("quiet")
	s.w.cloud.SetVCPUQuota(-1)
	s.w.cloud.SetCapacity("us-east-1a", "g5.2xlarge", -1)
	for _, d := range s.desktops {
		d.net.set(func(n *network) { n.until, n.lose, n.fail, n.killIn, n.broken = time.Time{}, 0, 0, 0, nil })
		d.do(backend.WishQuit)
	}
	s.w.cloud.SetNeverReady(false)
	s.w.setBehavior(s.t, unkind)
	s.w.cloud.FailStarts(0, "")
	s.w.cloud.FailReplacements(0, "")
	s.figures.PoolSize, s.figures.Hot, s.figures.Free = 3, 0, nil
	if !s.clean {
		s.figures.Recycle = backend.Reuse
	}
	if s.account != nil {
		s.account.mend()
		s.account.configure(s.figures)
	}
	keeper := s.add(userNo(99), true)
	// A computer that sleeps gives its held requests up only after a while; the lease changes hands once.
	s.pass(5 * time.Minute)
	s.mendTemplate()
	s.resume(keeper)
	s.keptSince = time.Now()
	// The desktop that died last may hold an instance for a window. Once the world is settled, it stays so.
	for settled := 0; settled < 2; {
		s.pass(8 * time.Minute)
		v, err := s.w.truth(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		left := v.settled(s.figures.PoolSize, s.figures.Hot, s.w.out.ParkingAddress)
		switch {
		case s.t.Failed():
			return
		case len(left) == 0:
			settled++
		case settled > 0 || time.Since(s.keptSince) > s.figures.Window+15*time.Minute:
			s.fail(append([]string{"left over:"}, left...))
			return
		}
	}
	keeper.do(backend.WishQuit)
}

// mendTemplate is an operator who adds a version that works, if the pool knows none to go back to.
func (s *simulation) mendTemplate() {
	pool, err := s.w.desktop(s.t, "operator").Pool(s.t.Context())
	if err != nil {
		s.t.Fatalf("the pool cannot be read: %v", err)
	}
	if pool.Rollout == nil || pool.Rollout.Good == "" {
		s.tell("the launch template has version %s, which works", s.w.newVersion(s.t))
	}
}

// resume is an operator who lets the pool launch again after failures held it back.
func (s *simulation) resume(d *desktop) {
	operator := d.service
	if s.account != nil {
		p := s.account.process()
		defer s.account.done(p)
		operator = p.service
	}
	if err := operator.Resume(s.t.Context(), userNo(99), "the image is mended"); err != nil {
		s.t.Fatalf("the pool is not resumed: %v", err)
	}
}

func (s *simulation) end() {
	s.sum.mu.Lock()
	defer s.sum.mu.Unlock()
	s.sum.hours += time.Since(s.began).Hours()
	for _, n := range s.w.cloud.CallCounts() {
		s.sum.calls += n
	}
}
