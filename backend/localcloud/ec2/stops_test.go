package ec2

import (
	"testing"
	"time"
)

func TestIncorrectStates(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		e := c.ok("StopInstances", "InstanceId.1", id)
		if got := e.text("instancesSet/item/currentState/code"); got != "80" {
			t.Errorf("stopping a stopped instance answers state %s", got)
		}
		c.ok("StartInstances", "InstanceId.1", id)
		c.ok("StartInstances", "InstanceId.1", id) // pending: nothing to do
		sleep(5 * time.Second)
		before, _ := c.Instance(id)
		c.ok("StartInstances", "InstanceId.1", id) // running: nothing to do
		if after, _ := c.Instance(id); after.PublicIP != before.PublicIP || !after.LaunchTime.Equal(before.LaunchTime) {
			t.Error("starting a running instance changed it")
		}
		c.ok("StopInstances", "InstanceId.1", id)
		c.fails(400, "IncorrectInstanceState", "StartInstances", "InstanceId.1", id)
		c.fails(400, "IncorrectInstanceState", "RebootInstances", "InstanceId.1", id)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(5 * time.Second)
		c.ok("TerminateInstances", "InstanceId.1", id)
		sleep(5 * time.Second)
		c.ok("TerminateInstances", "InstanceId.1", id)
		c.fails(400, "IncorrectInstanceState", "StartInstances", "InstanceId.1", id)
		c.fails(400, "IncorrectInstanceState", "StopInstances", "InstanceId.1", id)
		c.fails(400, "IncorrectInstanceState", "ModifyInstanceAttribute", "InstanceId.1", id, "InstanceId", id,
			"InstanceType.Value", "g5.xlarge")
	})
}

func TestAFirstPendingCannotBeStoppedAndALaterOneCan(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("StartInstances", "InstanceId.1", id)
		c.ok("StopInstances", "InstanceId.1", id)
		if got := c.state(id); got != stopping {
			t.Errorf("state %s", got)
		}
		young := c.run(1)[0]
		sleep(2 * time.Second) // visible, still pending
		c.fails(400, "IncorrectInstanceState", "StopInstances", "InstanceId.1", young)
		if err := c.Stop(young); err == nil {
			t.Error("Stop accepts an instance that has never run")
		}
		c.ok("TerminateInstances", "InstanceId.1", young)
	})
}

func TestForceStopsSooner(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(5 * time.Second)
		c.ok("StopInstances", "InstanceId.1", id)
		c.ok("StopInstances", "InstanceId.1", id, "Force", "true")
		sleep(500 * time.Millisecond)
		if got := c.state(id); got != stopped {
			t.Errorf("state %s", got)
		}
	})
}

func TestTerminatedIsVisibleForAnHour(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("TerminateInstances", "InstanceId.1", id)
		sleep(time.Hour - time.Second)
		e := c.ok("DescribeInstances", "InstanceId.1", id)
		if got := e.text("reservationSet/item/instancesSet/item/instanceState/name"); got != terminated {
			t.Errorf("state %q", got)
		}
		sleep(time.Minute)
		c.fails(400, "InvalidInstanceID.NotFound", "DescribeInstances", "InstanceId.1", id)
		if n := len(c.Instances()); n != 0 {
			t.Errorf("%d instances are kept", n)
		}
	})
}

func TestProtection(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	sn := c.SubnetIDs()
	guarded := c.run(1, "SubnetId", sn[0], "DisableApiTermination", "true")[0]
	beside := c.run(1, "SubnetId", sn[0])[0]
	elsewhere := c.run(1, "SubnetId", sn[1])[0]
	c.fails(400, "OperationNotPermitted", "TerminateInstances", "InstanceId.1", guarded, "InstanceId.2", beside,
		"InstanceId.3", elsewhere)
	for id, want := range map[string]string{guarded: running, beside: running, elsewhere: terminated} {
		if got := c.state(id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	c.ok("ModifyInstanceAttribute", "InstanceId", guarded, "DisableApiTermination.Value", "false")
	c.ok("ModifyInstanceAttribute", "InstanceId", guarded, "Attribute", "disableApiStop", "Value", "true")
	c.fails(400, "OperationNotPermitted", "StopInstances", "InstanceId.1", guarded)
	c.ok("TerminateInstances", "InstanceId.1", guarded)
}

func TestKillStopsWithoutShuttingDown(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(time.Minute)
		if err := c.Kill(id); err != nil {
			t.Fatal(err)
		}
		if in, _ := c.Instance(id); in.State != stopped || in.PublicIP != "" {
			t.Errorf("%+v", in)
		}
		if err := c.Kill(id); err == nil {
			t.Error("a stopped instance can be killed")
		}
	})
}
