package osdesktop

// Reason returns the name of the program and, for people, why the system must wait for it before it shuts down.
type Reason func() (program, why string)
