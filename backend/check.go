package backend

// Check is one line of a doctor's report: whether something that the launcher needs is as it should be.
type Check struct {
	Name string `json:"name"` // what was looked at: "clock", "keyring", "ec2:RunInstances"
	OK   bool   `json:"ok"`
	Why  string `json:"why"`  // what was found, a sentence; for a check that is not ok, what is wrong
	Cure string `json:"cure"` // what to do about it, a sentence; "" where the check is ok
}
