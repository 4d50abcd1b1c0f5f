package backend

import "testing"

// TestAnInstanceThatWasStoppedElsewhereSaysByWhom has the operator's reason reach the user.
func TestAnInstanceThatWasStoppedElsewhereSaysByWhom(t *testing.T) {
	for want, ending := range map[string]*EndedBy{
		"launcher.stoppedOutsideLauncherTimer": nil,
		"launcher.stoppedByOperator":           {By: "operator", Why: "Forgot to stop"},
		"launcher.stoppedOtherComputer":        {By: readySnapshot().User.Username},
	} {
		s, _ := next(readySnapshot(), machineSeen{instanceID: "i-1", ending: ending}, rules, t0)
		if s.failure == nil || s.failure.Why.ID != want {
			t.Errorf("%+v: %+v", ending, s.failure)
		}
	}
}

// TestAMachineThatFailedIsNotSaidToHaveBeenStoppedElsewhere tells the host's failure and a shutdown from within from a
// stop by somebody.
func TestAMachineThatFailedIsNotSaidToHaveBeenStoppedElsewhere(t *testing.T) {
	for code, want := range map[string]string{
		"Server.InternalError":             "launcher.stoppedByCloud",
		"Server.ScheduledStop":             "launcher.stoppedByCloud",
		"Client.InstanceInitiatedShutdown": "launcher.shutItselfDown",
		"Client.UserInitiatedShutdown":     "launcher.stoppedOutsideLauncherTimer",
	} {
		machine := &Machine{InstanceID: "i-1", State: Stopped, ReasonCode: code}
		s, _ := next(readySnapshot(), machineSeen{instanceID: "i-1", machine: machine}, rules, t0)
		if s.failure == nil || s.failure.Why.ID != want {
			t.Errorf("%s: %+v", code, s.failure)
		}
	}
}
