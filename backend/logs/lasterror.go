package logs

// LastError returns the newest line of level error of the session. It returns false if there is none, or none since
// Clear. Eviction does not affect it.
func (b *Book) LastError() (Line, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lastError, b.lastError.Seq > 0
}
