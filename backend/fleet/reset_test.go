package fleet_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// resets are figures of a pool of one whose disk is replaced after each session.
func resets() fleet.Figures {
	f := figures
	f.PoolSize, f.MaxInstances, f.Recycle = 1, 2, backend.Reset
	return f
}

// disks returns the root volumes of the instances that are not terminated, by instance.
func (w *world) disks(t *testing.T) map[string]string {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			for _, d := range i.BlockDeviceMappings {
				all[*i.InstanceId] = *d.Ebs.VolumeId
			}
		}
	}
	return all
}

// used makes a world whose only instance has just had a session, and returns that instance and its disk then.
func used(t *testing.T) (w *world, keeper *desktop, instanceID, disk string) {
	t.Helper()
	w = newWorld(t)
	keeper = w.launch(t, "keeper", userNo(50), true, 0, resets(), 1)
	time.Sleep(3 * time.Minute)
	d := w.launch(t, "user", userNo(1), false, 0, resets(), 2)
	d.await(reached(backend.Idle))
	begin(d)
	instanceID = d.launcher.Snapshot().Session.InstanceID
	disk = w.disks(t)[instanceID]
	d.do(backend.WishQuit)
	<-d.done
	return w, keeper, instanceID, disk
}

func TestAResetGivesTheNextUserAFreshDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, id, disk := used(t)
		for range 60 { // the instance is nobody's, and not warm, while it has its last user's disk
			v, err := w.truth(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if v.rows[id].State == backend.Warm && w.disks(t)[id] == disk {
				t.Fatalf("%s is warm with the disk of its last user", id)
			}
			time.Sleep(2 * time.Second)
		}
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if left := v.settled(1, 0, w.out.ParkingAddress); len(left) > 0 {
			t.Fatalf("left over: %s", strings.Join(left, "\n"))
		}
		if got := w.disks(t)[id]; got == "" || got == disk {
			t.Errorf("the disk is %q, which was %q", got, disk)
		}
		if n := w.calls("CreateReplaceRootVolumeTask"); n != 1 {
			t.Errorf("%d calls replace one disk", n)
		}
		next := w.launch(t, "next", userNo(2), false, 0, resets(), 3)
		next.await(reached(backend.Idle))
		next.do(backend.WishStart)
		if !next.await(reached(backend.Ready)) || next.launcher.Snapshot().Session.InstanceID != id {
			t.Errorf("the next start: %+v", next.launcher.Snapshot())
		}
	})
}

// TestAnInstanceWhoseDiskIsNotReplacedIsReplaced itself: EC2's task fails, or EC2 refuses to begin one.
func TestAnInstanceWhoseDiskIsNotReplacedIsReplaced(t *testing.T) {
	refuse := func(code string) func(*world) {
		return func(w *world) {
			if _, err := w.cloud.AddFault(localcloud.Fault{Service: "ec2", Operation: "CreateReplaceRootVolumeTask",
				Kind: localcloud.FaultError, Code: code, Status: 400}); err != nil {
				panic(err)
			}
		}
	}
	for name, fail := range map[string]func(*world){
		"failed":          func(w *world) { w.cloud.FailReplacements(1, "failed") },
		"failed-detached": func(w *world) { w.cloud.FailReplacements(1, "failed-detached") },
		"denied":          refuse("UnauthorizedOperation"),
		"invalid":         refuse("InvalidParameterValue"),
		"no capacity": func(w *world) {
			w.cloud.SetCapacity("", "", 0)
			time.AfterFunc(20*time.Minute, func() { w.cloud.SetCapacity("", "", -1) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _, id, disk := used(t)
				fail(w)
				time.Sleep(40 * time.Minute)
				v, err := w.truth(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if left := v.settled(1, 0, w.out.ParkingAddress); len(left) > 0 {
					t.Fatalf("left over: %s", strings.Join(left, "\n"))
				}
				disks := w.disks(t)
				if _, stays := disks[id]; stays || len(disks) != 1 {
					t.Errorf("the instances are %v, of which %s had the disk %s", disks, id, disk)
				}
			})
		})
	}
}

// TestEveryKillPointOfAReset ends the keeper before and after each of its calls while it resets an instance. The next
// keeper finishes the reset: nobody gets the disk that was used, and one replacement is made.
func TestEveryKillPointOfAReset(t *testing.T) {
	var calls []string
	synctest.Test(t, func(t *testing.T) {
		_, keeper, _, _ := used(t)
		keeper.net.set(func(n *network) { n.calls = nil })
		time.Sleep(time.Minute)
		keeper.net.set(func(n *network) { calls = append(calls, n.calls...) })
	})
	every, last := sample("KILL_POINTS", 20), lastOf(calls, "StopInstances")
	if last < 10 {
		t.Fatalf("a reset makes the calls %v", calls)
	}
	t.Logf("%d calls: %s", last+1, strings.Join(calls[:last+1], " "))
	for n, name := range calls[:last+1] {
		for i, ante := range []bool{true, false} {
			if (2*n+i)%every != 0 && name != "CreateReplaceRootVolumeTask" && name != "StartInstances" {
				continue
			}
			t.Run(fmt.Sprintf("%d %s ante=%v", n+1, name, ante), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { dieInReset(t, n+1, ante) })
			})
		}
	}
}

func lastOf(calls []string, name string) int {
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i] == name {
			return i
		}
	}
	return -1
}

func dieInReset(t *testing.T, call int, ante bool) {
	w, keeper, id, disk := used(t)
	keeper.net.set(func(n *network) { n.killIn, n.killAnte = call, ante })
	time.Sleep(time.Minute)
	keeper.net.kill()
	<-keeper.done
	w.launch(t, "other", userNo(51), true, 0, resets(), 3)
	unowned, began := map[string]time.Time{}, time.Now()
	for range 25 {
		time.Sleep(time.Minute)
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		faults := v.broken(time.Now(), resets(), unowned, began.Add(2*time.Minute), w.out.ParkingAddress)
		if len(faults) > 0 {
			t.Fatal(strings.Join(faults, "\n"))
		}
		if v.rows[id].State == backend.Warm && w.disks(t)[id] == disk {
			t.Fatalf("%s is warm with the disk of its last user", id)
		}
	}
	v, err := w.truth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if left := v.settled(1, 0, w.out.ParkingAddress); len(left) > 0 {
		t.Fatalf("left over: %s", strings.Join(left, "\n"))
	}
}
