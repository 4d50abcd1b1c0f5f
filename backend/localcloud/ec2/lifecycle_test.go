package ec2

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestFirstBootAndWarmStartTakeTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 6*time.Second, 24*time.Second, nil)
		id := c.run(1)[0]
		in, _ := c.Instance(id)
		if in.State != pending || !in.FirstBoot || in.PublicIP == "" {
			t.Fatalf("after launch: %+v", in)
		}
		sleep(4*time.Second - time.Millisecond)
		if got := c.state(id); got != pending {
			t.Fatalf("before Cold/6: %s", got)
		}
		sleep(time.Millisecond)
		if got := c.state(id); got != running {
			t.Fatalf("at Cold/6: %s", got)
		}
		sleep(20 * time.Second) // initialised now
		first, _ := c.Instance(id)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(3*time.Second - time.Millisecond)
		if got := c.state(id); got != stopping {
			t.Fatalf("before Warm/2: %s", got)
		}
		sleep(time.Millisecond)
		if in, _ := c.Instance(id); in.State != stopped || in.PublicIP != "" || in.PrivateIP == "" {
			t.Fatalf("stopped: %+v", in)
		}
		c.ok("StartInstances", "InstanceId.1", id)
		second, _ := c.Instance(id)
		if second.FirstBoot || second.PublicIP == first.PublicIP || !second.LaunchTime.After(first.LaunchTime) {
			t.Fatalf("second start: %+v after %+v", second, first)
		}
		if _, ok := c.ByAddress(first.PublicIP); ok {
			t.Error("the first address still leads somewhere")
		}
		if got, ok := c.ByAddress(second.PublicIP); !ok || got.ID != id {
			t.Error("the second address leads nowhere")
		}
		sleep(2 * time.Second)
		if got := c.state(id); got != running {
			t.Fatalf("at Warm/3: %s", got)
		}
		want := []string{pending, running, stopping, stopped, pending, running}
		if got := c.states(); !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestABootThatIsCutShortIsColdAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 6*time.Second, 24*time.Second, nil)
		id := c.run(1)[0]
		sleep(10 * time.Second)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(10 * time.Second)
		c.ok("StartInstances", "InstanceId.1", id)
		if in, _ := c.Instance(id); !in.FirstBoot {
			t.Error("an uninitialised disk boots warm")
		}
	})
}

func TestWithoutDelaysEverythingIsAtOnce(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	e := c.ok("RunInstances", "ImageId", DefaultImage, "MinCount", "1", "MaxCount", "1")
	if got := e.text("instancesSet/item/instanceState/name"); got != pending {
		t.Errorf("RunInstances answers %s", got)
	}
	id := e.text("instancesSet/item/instanceId")
	if c.state(id) != running {
		t.Fatalf("state %s", c.state(id))
	}
	e = c.ok("DescribeInstanceStatus", "InstanceId.1", id)
	if got := e.text("instanceStatusSet/item/instanceStatus/status"); got != "ok" {
		t.Errorf("status %q", got)
	}
	e = c.ok("StopInstances", "InstanceId.1", id)
	if got := e.text("instancesSet/item/currentState/name") + "<" +
		e.text("instancesSet/item/previousState/name"); got != "stopping<running" {
		t.Errorf("StopInstances answers %s", got)
	}
	if c.state(id) != stopped {
		t.Errorf("state %s", c.state(id))
	}
	c.ok("StartInstances", "InstanceId.1", id)
	c.ok("TerminateInstances", "InstanceId.1", id)
	want := []string{pending, running, stopping, stopped, pending, running, shuttingDown, terminated}
	if got := c.states(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func TestBatchesAreAllOrNothing(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		const unknown = "i-0123456789abcdef0"
		msg := c.fails(400, "InvalidInstanceID.NotFound", "StartInstances", "InstanceId.1", id, "InstanceId.2", unknown)
		if msg != "The instance ID '"+unknown+"' does not exist" {
			t.Errorf("message %q", msg)
		}
		c.fails(400, "InvalidInstanceID.Malformed", "StartInstances", "InstanceId.1", id, "InstanceId.2", "i-xyz")
		c.fails(400, "MissingParameter", "StartInstances")
		if got := c.state(id); got != stopped {
			t.Errorf("state %s after refused batches", got)
		}
	})
}

func TestNewInstancesAreNotFoundForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 4*time.Second, 25*time.Second, nil)
		ids := c.run(20)
		hidden := 0
		for _, id := range ids {
			if status, _ := c.do("DescribeInstances", "InstanceId.1", id); status == 400 {
				hidden++
			}
		}
		if hidden == 0 {
			t.Error("all are visible at once")
		}
		sleep(1500 * time.Millisecond)
		e := c.ok("DescribeInstances")
		if got := len(e.all("reservationSet/item/instancesSet/item")); got != 20 {
			t.Errorf("%d visible after 1.5 s", got)
		}
	})
}

func TestStatusChecksComeLaterThanRunning(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		if e := c.ok("DescribeInstanceStatus", "InstanceId.1", id); len(e.all("instanceStatusSet/item")) != 0 {
			t.Error("a stopped instance is listed by default")
		}
		e := c.ok("DescribeInstanceStatus", "InstanceId.1", id, "IncludeAllInstances", "true")
		if got := e.text("instanceStatusSet/item/instanceStatus/status"); got != "not-applicable" {
			t.Errorf("stopped: %q", got)
		}
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(5 * time.Second)
		e = c.ok("DescribeInstanceStatus", "InstanceId.1", id)
		if got := e.text("instanceStatusSet/item/attachedEbsStatus/status"); got != "initializing" {
			t.Errorf("running: %q", got)
		}
		sleep(60 * time.Second)
		e = c.ok("DescribeInstanceStatus", "Filter.1.Name", "instance-status.status", "Filter.1.Value.1", "ok")
		if got := e.text("instanceStatusSet/item/systemStatus/details/item/status"); got != "passed" {
			t.Errorf("a minute later: %q", got)
		}
	})
}

func TestRebootIsABootWithoutANewAddress(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(time.Minute)
		before, _ := c.Instance(id)
		c.ok("RebootInstances", "InstanceId.1", id)
		after, _ := c.Instance(id)
		if after.Boot != before.Boot+1 || after.PublicIP != before.PublicIP || !after.LaunchTime.Equal(before.LaunchTime) {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}

func TestChangedMayCallTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{t: t}
		c.env = wiretest.Env(nil)
		var s *Service
		var told []string
		s, err := New(c.env, nil, Options{Warm: time.Second, Cold: time.Second, Changed: func(in Instance) {
			told = append(told, in.State)
			if in.State == running {
				if err := s.Stop(in.ID); err != nil {
					t.Error(err)
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c.Service = s
		c.run(1)
		sleep(time.Minute)
		if want := []string{pending, running, stopping, stopped}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}

func TestStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		c := newCloud(t, 6*time.Second, 24*time.Second, st)
		c.ok("CreateLaunchTemplate", "LaunchTemplateName", "avatar", "LaunchTemplateData.ImageId", DefaultImage)
		up := c.run(1, "ClientToken", "one", "TagSpecification.1.ResourceType", "instance",
			"TagSpecification.1.Tag.1.Key", "pool", "TagSpecification.1.Tag.1.Value", "main")[0]
		sleep(time.Minute)
		booting := c.run(1)[0]
		halting := c.run(1)[0]
		sleep(5 * time.Second)
		c.ok("StopInstances", "InstanceId.1", halting)
		c.ok("CreateTags", "ResourceId.1", c.SubnetIDs()[0], "Tag.1.Key", "k", "Tag.1.Value", "v")
		dead := c.run(1)[0]
		address, _ := c.Instance(up)
		c.Close()
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
		sleep(time.Second)

		if st, err = store.Open(dir); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		c = newCloud(t, 6*time.Second, 24*time.Second, st)
		defer c.Close()
		synctest.Wait()
		if got, ok := c.ByAddress(address.PublicIP); !ok || got.ID != up || got.State != running ||
			got.Tags["pool"] != "main" {
			t.Errorf("after the restart: %+v", got)
		}
		for id, want := range map[string]string{booting: running, halting: stopping, dead: pending} {
			if got := c.state(id); got != want {
				t.Errorf("%s is %s, want %s", id, got, want)
			}
		}
		if got := c.states(); !slices.Equal(got, []string{running, running}) {
			t.Errorf("told %v at once, want the two that run", got)
		}
		sleep(time.Minute)
		if c.state(halting) != stopped || c.state(dead) != running {
			t.Errorf("a minute later: %s, %s", c.state(halting), c.state(dead))
		}
		e := c.ok("RunInstances", "ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", "1", "MaxCount", "1",
			"ClientToken", "one", "TagSpecification.1.ResourceType", "instance",
			"TagSpecification.1.Tag.1.Key", "pool", "TagSpecification.1.Tag.1.Value", "main")
		if got := e.text("instancesSet/item/instanceId"); got != up {
			t.Errorf("the client token gives %s, want %s", got, up)
		}
		c.ok("DescribeLaunchTemplates", "LaunchTemplateName.1", "avatar")
		e = c.ok("DescribeTags", "Filter.1.Name", "resource-type", "Filter.1.Value.1", "subnet")
		if got := e.text("tagSet/item/value"); got != "v" {
			t.Errorf("the subnet's tag is %q", got)
		}
	})
}

func TestStartsThatFailLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 6*time.Second, 24*time.Second, nil)
		id := c.run(1)[0]
		sleep(time.Minute)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(time.Minute)
		c.FailStarts(2, "Server.InsufficientInstanceCapacity")
		c.ok("StartInstances", "InstanceId.1", id)
		if got := c.state(id); got != pending {
			t.Fatalf("just after the start: %s", got)
		}
		sleep(10 * time.Second)
		if in, _ := c.Instance(id); in.State != stopped || in.PublicIP != "" {
			t.Fatalf("a start that failed late: %+v", in)
		}
		described := c.ok("DescribeInstances", "InstanceId.1", id)
		if got := described.text(
			"reservationSet/item/instancesSet/item/stateReason/code"); got != "Server.InsufficientInstanceCapacity" {
			t.Errorf("state reason %q", got)
		}
		launched := c.run(1)[0]
		sleep(10 * time.Second)
		if got := c.state(launched); got != terminated {
			t.Errorf("a launch that failed late is %s", got)
		}
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(10 * time.Second)
		if got := c.state(id); got != running {
			t.Errorf("a start after the failures is %s", got)
		}
	})
}
