package logs

// LastError is the newest line of level error of the instance that is followed, false where there is none since its
// session began or since Clear. It is kept whatever the bounds push out.
func (b *Book) LastError() (Line, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lastError, b.lastError.Seq > 0
}
