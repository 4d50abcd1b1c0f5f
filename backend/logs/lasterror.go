package logs

import "avatar-launcher/backend/messages"

// lastError is the newest line of level error.
type lastError struct {
	line   Line
	remark *messages.Message // set if the line is a remark
}

// LastError returns the newest line of level error of the session. It returns false if there is none, or none since
// Clear. Eviction does not affect it.
func (b *Book) LastError() (Line, bool) {
	b.mu.Lock()
	last := b.lastError
	b.mu.Unlock()
	if last.remark != nil {
		last.line.Text = b.translate(*last.remark)
	}
	return last.line, last.line.Seq > 0
}
