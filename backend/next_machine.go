package backend

import (
	"strings"
	"time"

	"avatar-launcher/backend/messages"
)

// nameSettles is how long after a start it may be worth saying that the avatar's name is not known everywhere yet.
const nameSettles = 2 * time.Minute

// nextMachine takes a look at the instance in: one that somebody else has stopped ends the session.
func nextMachine(s state, e machineSeen, now time.Time) (state, []effect) {
	if s.Phase != Ready || sessionInstance(s) != e.instanceID {
		return s, nil
	}
	s.lookAt = now.Add(lookStarting)
	if e.problem != nil {
		return withNotice(s, noticeKey(e.problem), e.problem), nil
	}
	s = withNotice(s, "cloud", nil)
	if now.Sub(s.Since) > nameSettles {
		s = withNotice(s, NoticeName, nil)
	}
	s.Machine = e.machine
	if e.machine != nil && e.machine.State.Up() {
		if e.machine.InstanceStatus == "ok" && e.machine.SystemStatus == "ok" {
			s.lookAt = now.Add(lookSteady)
		}
		return s, nil
	}
	s.failure = &Problem{Kind: KindUnexpected, What: messages.New("launcher.instanceStopped"),
		Why:  whyStopped(s, e),
		Next: messages.New("common.pressStartNewOne")}
	return enter(s, Ending, now), []effect{doStop{user: *s.User, session: s.Session,
		reason: messages.New("common.foundStopped")}}
}

// whyStopped says what became of the session's instance: that AWS stopped it, that it shut itself down, or who stopped
// it.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
func whyStopped(s state, e machineSeen) messages.Message {
	switch {
	case e.machine != nil && strings.HasPrefix(e.machine.ReasonCode, "Server."):
		return messages.New("launcher.stoppedByCloud", e.machine.ReasonCode)
	case e.machine != nil && e.machine.ReasonCode == "Client.InstanceInitiatedShutdown":
		return messages.New("launcher.shutItselfDown")
	}
	return whoStopped(s, e.ending)
}

// whoStopped says who stopped the session's instance, and why if an operator did.
func whoStopped(s state, e *EndedBy) messages.Message {
	switch {
	case e == nil || e.By == "":
		return messages.New("launcher.stoppedOutsideLauncherTimer")
	case e.By == s.User.Username:
		return messages.New("launcher.stoppedOtherComputer")
	}
	return messages.New("launcher.stoppedByOperator", e.By, e.Why)
}
