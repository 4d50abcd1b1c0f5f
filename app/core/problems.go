package core

import "avatar-launcher/backend"

// NotOperator says that somebody's group may not look after the fleet.
func NotOperator(u backend.User) *backend.Problem {
	return &backend.Problem{Kind: backend.KindDenied, What: "Only operators see the fleet", Why: u.Username + " is not one.",
		Next: "Ask whoever manages the accounts to add you to the group operator."}
}
