package ec2

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/store"
)

// TestAReplacedRootVolumeBootsAnew follows https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html.
func TestAReplacedRootVolumeBootsAnew(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.fails(400, "IncorrectInstanceState", "CreateReplaceRootVolumeTask", "InstanceId", id)
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(time.Minute)
		before, _ := c.Instance(id)
		args := []string{"InstanceId", id, "ImageId", before.ImageID, "DeleteReplacedRootVolume", "true",
			"ClientToken", "once"}
		e := c.ok("CreateReplaceRootVolumeTask", args...)
		task := e.text("replaceRootVolumeTask/replaceRootVolumeTaskId")
		if got := e.text("replaceRootVolumeTask/taskState"); got != taskPending {
			t.Errorf("the answer says %s", got)
		}
		again := c.ok("CreateReplaceRootVolumeTask", args...)
		if got := again.text("replaceRootVolumeTask/replaceRootVolumeTaskId"); got != task {
			t.Errorf("the token again gives %s, want %s", got, task)
		}
		c.fails(400, "IdempotentParameterMismatch", "CreateReplaceRootVolumeTask", "InstanceId", id, "ClientToken", "once")
		c.fails(400, "IncorrectInstanceState", "CreateReplaceRootVolumeTask", "InstanceId", id)
		for _, want := range []string{taskPending, taskInProgress, taskSucceeded} {
			if got := c.taskState(id); got != want {
				t.Fatalf("the task is %s, want %s", got, want)
			}
			sleep(4 * time.Second / 3)
		}
		after, _ := c.Instance(id)
		if after.RootVolume == before.RootVolume || after.RootVolume == "" || !after.FirstBoot ||
			after.Boot != before.Boot+1 {
			t.Errorf("the volume was not replaced: %+v", after)
		}
		if after.PublicIP != before.PublicIP || after.PrivateIP != before.PrivateIP || after.State != running ||
			!after.LaunchTime.Equal(before.LaunchTime) {
			t.Errorf("what should stay has changed: %+v before %+v", after, before)
		}
		if got := c.ok("DescribeReplaceRootVolumeTasks", "ReplaceRootVolumeTaskId.1", task).
			text("replaceRootVolumeTaskSet/item/completeTime"); got == "" {
			t.Error("a task that is over has no completeTime")
		}
		c.ok("StopInstances", "InstanceId.1", id)
		if in, _ := c.Instance(id); !in.FirstBoot {
			t.Error("a new disk is initialised before it has been read")
		}
	})
}

func (c *cloud) taskState(instanceID string) string {
	c.t.Helper()
	return c.ok("DescribeReplaceRootVolumeTasks", "Filter.1.Name", "instance-id", "Filter.1.Value.1", instanceID).
		text("replaceRootVolumeTaskSet/item/taskState")
}

func TestAFailedReplacement(t *testing.T) {
	for _, state := range []string{taskFailed, taskFailedDetached} {
		warmCloud(t, func(t *testing.T, c *cloud, id string) {
			c.FailReplacements(1, state)
			c.ok("StartInstances", "InstanceId.1", id)
			sleep(time.Minute)
			before, _ := c.Instance(id)
			c.ok("CreateReplaceRootVolumeTask", "InstanceId", id)
			sleep(4 * time.Second / 3)
			if got := c.taskState(id); got != taskFailing {
				t.Errorf("on the way the task is %s", got)
			}
			sleep(time.Minute)
			if got := c.taskState(id); got != state {
				t.Errorf("the task is %s, want %s", got, state)
			}
			after, _ := c.Instance(id)
			if want := map[string]string{taskFailed: before.RootVolume}[state]; after.RootVolume != want {
				t.Errorf("the root volume is %q, want %q", after.RootVolume, want)
			}
			c.ok("StopInstances", "InstanceId.1", id)
			sleep(time.Minute)
			if state == taskFailedDetached {
				c.fails(400, "InvalidParameterValue", "StartInstances", "InstanceId.1", id)
			}
		})
	}
}

func TestAStopEndsAReplacement(t *testing.T) {
	warmCloud(t, func(t *testing.T, c *cloud, id string) {
		c.ok("StartInstances", "InstanceId.1", id)
		sleep(time.Minute)
		c.ok("CreateReplaceRootVolumeTask", "InstanceId", id)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(time.Minute)
		if got := c.taskState(id); got != taskFailed {
			t.Errorf("the task is %s, want %s", got, taskFailed)
		}
	})
}

func TestReplacementsThatAreRefused(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.run(1)[0]
	for _, each := range []struct {
		code string
		args []string
	}{
		{"MissingParameter", nil},
		{"InvalidInstanceID.Malformed", []string{"InstanceId", "i-x"}},
		{"InvalidInstanceID.NotFound", []string{"InstanceId", "i-0123456789abcdef0"}},
		{"InvalidAMIID.NotFound", []string{"InstanceId", id, "ImageId", "ami-0123456789abcdef9"}},
		{"InvalidVolume.NotFound", []string{"InstanceId", id, "VolumeId", "vol-0123456789abcdef0"}},
		{"InvalidParameterCombination", []string{"InstanceId", id, "ImageId", DefaultImage, "SnapshotId", "snap-1"}},
		{"InvalidParameterValue", []string{"InstanceId", id, "VolumeInitializationRate", "50"}},
	} {
		c.fails(400, each.code, "CreateReplaceRootVolumeTask", each.args...)
	}
	c.ok("CreateReplaceRootVolumeTask", "InstanceId", id)
	if got := c.taskState(id); got != taskSucceeded {
		t.Errorf("without delays the task is %s", got)
	}
}

func TestAReplacementGoesOnAfterTheCloudsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, err := store.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		c := newCloud(t, 4*time.Second, 25*time.Second, st)
		id := c.run(1)[0]
		sleep(time.Minute)
		c.ok("CreateReplaceRootVolumeTask", "InstanceId", id)
		c.Close()
		c = newCloud(t, 4*time.Second, 25*time.Second, st)
		sleep(time.Minute)
		if got := c.taskState(id); got != taskSucceeded {
			t.Errorf("the task is %s", got)
		}
	})
}
