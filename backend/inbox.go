package backend

// Inbox takes what the rooms report without being asked, and the user's wishes, and holds them for the Launcher's Run.
// It is made before the rooms, and they before the Launcher. Its methods are safe for concurrent use.
type Inbox struct {
	events   chan event
	finished chan struct{}
}

// NewInbox makes the Inbox of one Launcher.
func NewInbox() *Inbox {
	return &Inbox{events: make(chan event, 64), finished: make(chan struct{})}
}

// Active reports that a line of an instance's log counts as use.
func (i *Inbox) Active(instanceID string) { i.post(active{instanceID}) }

// Watched reports how many viewers are connected to an instance, UnknownViewers if that is not known. Somebody who is
// connected counts as use for as long as this is called at least once in watchTime.
func (i *Inbox) Watched(instanceID string, viewers int) { i.post(watched{instanceID, viewers}) }

// Sent reports how many bytes an instance has sent since the session with it began.
func (i *Inbox) Sent(instanceID string, bytes int64) { i.post(sent{instanceID, bytes}) }

// Announced reports that an instance's log has shown the readiness line.
func (i *Inbox) Announced(instanceID string) { i.post(announced{instanceID}) }

// Notify sets or, with nil, lifts the standing condition of a source.
func (i *Inbox) Notify(key string, p *Problem) { i.post(noticed{key, p}) }

// Finished is closed when Run has returned: a WishQuit is fulfilled, or its context is done.
func (i *Inbox) Finished() <-chan struct{} { return i.finished }

// post never blocks on a launcher that has ended.
func (i *Inbox) post(e event) {
	select {
	case <-i.finished:
	case i.events <- e:
	}
}
