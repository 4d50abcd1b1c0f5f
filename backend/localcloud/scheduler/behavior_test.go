package scheduler

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRejectPastRefusesTimesThatHavePassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		c.SetBehavior(Behavior{RejectPast: true})
		for name, wanted := range map[string]string{"before": "ValidationException", "now": "ValidationException",
			"after": ""} {
			after := map[string]time.Duration{"before": -time.Second, "after": time.Second}[name]
			if _, code := c.call("POST", "/schedules/"+name, scheduleOf(in(after), nil)); code != wanted {
				t.Errorf("create a schedule for %s: %q, want %q", name, code, wanted)
			}
		}
		if _, code := c.call("PUT", "/schedules/after", scheduleOf(in(-time.Hour), nil)); code != "ValidationException" {
			t.Errorf("move a schedule into the past: %q", code)
		}
		c.SetBehavior(Behavior{})
		c.must("PUT", "/schedules/after", scheduleOf(in(-time.Hour), nil))
		synctest.Wait()
		c.wantFired("a time that has passed, not refused", "0s"+input)
	})
}

// TestADeletionSwallowsAnUpdate updates a schedule between its completion and its deletion.
func TestADeletionSwallowsAnUpdate(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			c := newCloud(t, dir)
			c.SetBehavior(Behavior{DeletionLag: 20 * time.Second})
			drop := m{"ActionAfterCompletion": "DELETE"}
			c.must("POST", "/schedules/stop", scheduleOf(in(time.Minute), drop))
			time.Sleep(70 * time.Second)
			c.wantFired("at its time", "1m0s"+input)
			c.must("PUT", "/schedules/stop", scheduleOf(in(time.Hour), drop))
			if restart {
				c.End()
				c = newCloud(t, dir)
			}
			time.Sleep(9 * time.Second)
			c.must("GET", "/schedules/stop", nil)
			if _, code := c.call("POST", "/schedules/stop", scheduleOf(in(time.Hour), drop)); code != "ConflictException" {
				t.Errorf("create it again before its deletion: %q", code)
			}
			time.Sleep(2 * time.Second)
			if _, code := c.call("GET", "/schedules/stop", nil); code != "ResourceNotFoundException" {
				t.Errorf("get it after its deletion: %q", code)
			}
			time.Sleep(2 * time.Hour)
			c.wantFired("after its deletion")
		})
	}
}

func TestLateInMinuteFiresWithinTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		c.SetBehavior(Behavior{LateInMinute: true})
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			c.must("POST", "/schedules/"+name, scheduleOf(in(time.Hour), nil))
		}
		time.Sleep(time.Hour - time.Second)
		c.wantFired("before their time")
		time.Sleep(time.Minute + time.Second)
		c.mu.Lock()
		defer c.mu.Unlock()
		late := 0
		for _, fired := range c.fired {
			after, err := time.ParseDuration(strings.TrimSuffix(fired, input))
			if err != nil || after < time.Hour || after > time.Hour+time.Minute {
				t.Errorf("fired after %v, %v", after, err)
			}
			if after > time.Hour {
				late++
			}
		}
		if len(c.fired) != 6 || late < 4 {
			t.Errorf("%d of 6 fired, %d of them late", len(c.fired), late)
		}
	})
}

// TestRetriesSurviveAnUpdate updates and deletes a schedule whose delivery has failed. Its retries go on only if they
// are to survive, and never longer than their own policy says.
func TestRetriesSurviveAnUpdate(t *testing.T) {
	for _, change := range []string{"PUT", "DELETE"} {
		for _, survive := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t, "")
				c.SetBehavior(Behavior{RetriesSurvive: survive})
				target := m{"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": role, "Input": `"old"`,
					"RetryPolicy": m{"MaximumRetryAttempts": 3}}
				c.fail = 3
				c.must("POST", "/schedules/stop", scheduleOf(in(time.Minute), m{"Target": target}))
				time.Sleep(62 * time.Second)
				c.wantFired("before the change", "1m0s \"old\"", "1m1s \"old\"")
				if change == "DELETE" {
					c.must("DELETE", "/schedules/stop", nil)
				} else {
					c.must("PUT", "/schedules/stop", scheduleOf(in(time.Hour), nil))
				}
				time.Sleep(10 * time.Minute)
				var late []string
				if survive {
					late = []string{"1m3s \"old\"", "1m7s \"old\""}
				}
				c.wantFired(change+" after two attempts", late...)
				c.mu.Lock()
				c.fail = 0
				c.mu.Unlock()
				time.Sleep(time.Hour)
				if change == "PUT" {
					c.wantFired("the new time", "1h1m2s"+input)
				}
				c.mu.Lock()
				c.fail = 100
				c.mu.Unlock()
				c.must("POST", "/schedules/again", scheduleOf(in(time.Minute), m{"Target": target}))
				time.Sleep(61 * time.Second)
				c.must("DELETE", "/schedules/again", nil)
				c.End() // and no timer is left
			})
		}
	}
}
