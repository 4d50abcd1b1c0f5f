package backend

import "avatar-launcher/backend/messages"

// Check is one line of a doctor's report: whether something that the launcher needs is as it should be.
type Check struct {
	Name messages.Message `json:"name"` // what was looked at: "clock", "keyring", "ec2:RunInstances"
	OK   bool             `json:"ok"`
	Why  messages.Message `json:"why"`  // what was found, a sentence; for a check that is not ok, what is wrong
	Cure messages.Message `json:"cure"` // what to do about it, a sentence; "" where the check is ok
}
