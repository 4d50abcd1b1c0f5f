package ec2

import (
	"cmp"
	"strconv"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// The states of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRootVolumeTask.html.
const (
	taskPending        = "pending"         // the replacement volume is being created
	taskInProgress     = "in-progress"     // the volumes are being exchanged; the instance reboots
	taskSucceeded      = "succeeded"       // the instance runs on the new volume
	taskFailing        = "failing"         // on the way to failed or failed-detached
	taskFailed         = "failed"          // the instance has the volume that it had
	taskFailedDetached = "failed-detached" // the instance has no root volume
)

// replaceTask exchanges an instance's root volume, as it is kept in memory and (as JSON) on disk.
type replaceTask struct {
	ID, InstanceID, State string
	ImageID, SnapshotID   string `json:",omitempty"`
	Token, Fingerprint    string `json:",omitempty"`
	Delete                bool   // the replaced volume
	FailAs                string `json:",omitempty"` // the state in which it ends unless that is succeeded
	Next                  string `json:",omitempty"`
	NextAt, Begun, Ended  time.Time
	Serial                int64
}

// over reports whether the task changes no more.
func (t replaceTask) over() bool { return t.Next == "" }

// FailReplacements lets the next n root volume replacements fail, n < 0 all of them. An empty state is failed; the
// other one is failed-detached.
func (s *Service) FailReplacements(n int, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failingTasks, s.failTaskAs = n, cmp.Or(state, taskFailed)
}

// createReplaceRootVolumeTask exchanges the root volume of a running instance, which reboots. Its identity, its
// addresses, its other volumes and its launch time stay
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html).
func (s *Service) createReplaceRootVolumeTask(c *wire.Call, p params, d *doc) *wire.Error {
	var t replaceTask
	var tags map[string]string
	err := s.update(c.Now, func(ch *change) *wire.Error {
		want, err := readReplacement(p)
		if err != nil {
			return err
		}
		if tags, err = p.tagsFor("replace-root-volume-task"); err != nil {
			return err
		}
		batch, err := s.pick(c, c.Operation, []string{want.InstanceID})
		if err != nil {
			return err
		}
		if err := s.mayReplace(c, want, tags); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		if used, ok := s.taskOfToken(want.Token); ok {
			if used.Fingerprint != want.Fingerprint {
				return wire.Errorf(400, "IdempotentParameterMismatch", "Arguments on this idempotent request are "+
					"inconsistent with arguments used in previous request(s).")
			}
			t, tags = used, s.tagsOf(used.ID)
			return nil
		}
		if err := s.replaceable(batch[0]); err != nil {
			return err
		}
		t = ch.beginReplacement(want)
		ch.tagNew(t.ID, tags)
		return nil
	})
	if err == nil {
		d.in("replaceRootVolumeTask", func() { writeReplaceTask(d, t, tags) })
	}
	return err
}

// readReplacement reads a request and checks what can be checked without the instance.
func readReplacement(p params) (replaceTask, *wire.Error) {
	t := replaceTask{ImageID: p.get("ImageId"), SnapshotID: p.get("SnapshotId"), Token: p.get("ClientToken"),
		Fingerprint: fingerprint(p)}
	var err *wire.Error
	if t.InstanceID, err = p.need("InstanceId"); err != nil {
		return t, err
	}
	if err := checkIDs([]string{t.InstanceID}); err != nil {
		return t, err
	}
	if t.Delete, err = p.flag("DeleteReplacedRootVolume"); err != nil {
		return t, err
	}
	sources := keep([]string{t.ImageID, t.SnapshotID, p.get("VolumeId")}, notEmpty)
	if len(sources) > 1 {
		return t, wire.Errorf(400, "InvalidParameterCombination",
			"Only one of the parameters imageId, snapshotId and volumeId may be specified")
	}
	if t.ImageID != "" {
		if _, err := imageNamed(t.ImageID); err != nil {
			return t, err
		}
	}
	if v := p.get("VolumeId"); v != "" { // no volume of this cloud is without an instance
		return t, wire.Errorf(400, "InvalidVolume.NotFound", "The volume '%s' does not exist.", v)
	}
	if rate := p.get("VolumeInitializationRate"); rate != "" {
		if n, err := strconv.Atoi(rate); err != nil || n < 100 || n > 300 {
			return t, invalid("Value (%s) for parameter volumeInitializationRate is invalid. Expected a value between 100 and "+
				"300.", rate)
		}
	}
	return t, nil
}

// mayReplace asks for the permissions beside that for the instance: the task, the new volume, and what it is made of.
func (s *Service) mayReplace(c *wire.Call, t replaceTask, tags map[string]string) *wire.Error {
	arns := []string{s.arn("replace-root-volume-task", "*"), s.arn("volume", "*")}
	if t.ImageID != "" {
		arns = append(arns, "arn:aws:ec2:"+s.env.Region+"::image/"+t.ImageID)
	}
	if t.SnapshotID != "" {
		arns = append(arns, "arn:aws:ec2:"+s.env.Region+"::snapshot/"+t.SnapshotID)
	}
	for _, arn := range arns {
		if err := authorize(c, c.Operation, arn, requestTagKeys(tags)); err != nil {
			return err
		}
	}
	if len(tags) == 0 {
		return nil
	}
	keys := requestTagKeys(tags)
	keys["ec2:CreateAction"] = []string{c.Operation}
	return authorize(c, "CreateTags", s.arn("replace-root-volume-task", "*"), keys)
}

// taskOfToken returns the task that a client token has made.
func (s *Service) taskOfToken(token string) (replaceTask, bool) {
	for _, t := range s.tasks {
		if token != "" && t.Token == token {
			return t, true
		}
	}
	return replaceTask{}, false
}

// replaceable refuses an instance that does not run, and one whose root volume is being exchanged already: AWS doesn't
// document that refusal's code.
func (s *Service) replaceable(in *instance) *wire.Error {
	if in.State != running {
		return wrongState("The instance '%s' is not in the 'running' state.", in.ID)
	}
	for _, t := range s.tasks {
		if t.InstanceID == in.ID && !t.over() {
			return wrongState("The root volume of the instance '%s' is being replaced by the task '%s'.", in.ID, t.ID)
		}
	}
	return nil
}

func (ch *change) beginReplacement(t replaceTask) replaceTask {
	s := ch.s
	t.ID, t.State, t.Begun, t.Serial = "replacevol-"+s.env.NewID(17), taskPending, ch.now, s.newSerial()
	t.Next, t.NextAt = taskInProgress, ch.now.Add(s.opts.Warm/3)
	if s.failingTasks != 0 {
		s.failingTasks = max(s.failingTasks-1, min(s.failingTasks, 0))
		t.FailAs, t.Next = s.failTaskAs, taskFailing
	}
	shown := t // what is answered is the state just entered, even where it lasts no time
	ch.settleTask(t)
	return shown
}

// settleTask takes a task through all transitions that are due, sets a timer for the next one, and notes the write.
func (ch *change) settleTask(t replaceTask) {
	for !t.over() && !t.NextAt.After(ch.now) {
		t = ch.advanceTask(t)
	}
	ch.s.tasks[t.ID] = t
	ch.put(bucketTasks, t.ID, t)
	ch.s.scheduleTask(t, ch.now)
}

// advanceTask takes the transition that was announced.
func (ch *change) advanceTask(t replaceTask) replaceTask {
	in := ch.s.instances[t.InstanceID]
	// AWS doesn't document what a stop does to a task: here a task of an instance that doesn't run fails.
	if t.State == taskPending && (in == nil || in.State != running) {
		t.FailAs, t.Next = taskFailed, taskFailing
	}
	t.State, t.Next, t.NextAt = t.Next, "", t.NextAt.Add(ch.s.opts.Warm/3)
	switch t.State {
	case taskInProgress:
		t.Next = taskSucceeded
		ch.exchangeRoot(in)
	case taskFailing:
		t.Next = t.FailAs
	case taskFailedDetached:
		if in != nil && in.State != terminated {
			in.VolumeID = ""
			ch.touch(in)
		}
		t.Ended = ch.now
	default:
		t.Ended = ch.now
	}
	return t
}

// exchangeRoot gives a running instance a new root volume, on which it boots for the first time.
func (ch *change) exchangeRoot(in *instance) {
	in.VolumeID, in.DiskAt, in.Initialised = "vol-"+ch.s.env.NewID(17), ch.now, false
	in.Boot++
	in.BootTime = ch.now
	ch.touch(in)
}

// scheduleTask sets the timer of a task's next transition. The caller holds s.mu.
func (s *Service) scheduleTask(t replaceTask, now time.Time) {
	if old := s.timers[t.ID]; old != nil {
		old.Stop()
		delete(s.timers, t.ID)
	}
	if t.over() || s.closed {
		return
	}
	id := t.ID
	s.timers[id] = time.AfterFunc(max(0, t.NextAt.Sub(now)), func() { s.taskDue(id) })
}

func (s *Service) taskDue(id string) {
	_ = s.update(s.env.Now(), func(ch *change) *wire.Error {
		if t, ok := s.tasks[id]; ok && !s.closed {
			ch.settleTask(t)
		}
		return nil
	})
}

// forgetTasks forgets the tasks of an instance that is forgotten.
func (ch *change) forgetTasks(instanceID string) {
	for id, t := range ch.s.tasks {
		if t.InstanceID == instanceID && t.over() {
			delete(ch.s.tasks, id)
			ch.drop(bucketTasks, id)
			ch.untag(id)
		}
	}
}
