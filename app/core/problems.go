package core

import (
	"avatar-launcher/backend"

	"avatar-launcher/backend/messages"
)

// NotOperator says that somebody's group may not look after the fleet.
func NotOperator(u backend.User) *backend.Problem {
	return &backend.Problem{Kind: backend.KindDenied, What: messages.New("core.operatorsSeeFleet"),
		Why:  messages.New("core.notOne", u.Username),
		Next: messages.New("core.askForAnAccount")}
}
