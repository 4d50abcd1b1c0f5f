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
