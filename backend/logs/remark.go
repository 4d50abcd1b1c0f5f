package logs

import (
	"slices"
	"time"

	"avatar-launcher/backend/messages"
)

// LauncherSource is the source of the launcher's own remarks. No producer may use it.
const LauncherSource = "launcher"

// Remark returns a line with the launcher as its source. It is written now. The log keeps the message, and puts it into
// words when the line is read, so that a remark is in the language that is in use then.
func Remark(level string, m messages.Message) Entry {
	return Entry{At: time.Now(), Level: level, Source: LauncherSource, Remark: &m}
}

// words puts a remark into words.
type words func(messages.Message) string

// remarkRow is a row of a chunk that is a remark. Its text in the chunk is empty.
type remarkRow struct {
	row     int
	message *messages.Message
}

// remark returns the remark that row i is, nil if it is none.
func (c *chunk) remark(i int) *messages.Message {
	if len(c.remarks) == 0 {
		return nil
	}
	at, found := slices.BinarySearchFunc(c.remarks, i, func(r remarkRow, i int) int { return r.row - i })
	if !found {
		return nil
	}
	return c.remarks[at].message
}

// remarksIn returns the remarks among the rows i ≤ row < j.
func (c *chunk) remarksIn(i, j int) []remarkRow {
	byRow := func(r remarkRow, i int) int { return r.row - i }
	from, _ := slices.BinarySearchFunc(c.remarks, i, byRow)
	to, _ := slices.BinarySearchFunc(c.remarks, j, byRow)
	return c.remarks[from:to]
}

// remarkBytes is about how much memory a remark takes.
func remarkBytes(m *messages.Message) int {
	n := 200
	for _, a := range m.Args {
		if s, ok := a.(string); ok {
			n += len(s)
		}
	}
	return n
}

// LanguageChanged makes searches start again, since remarks read differently now, and calls SubscribeFound's functions.
func (b *Book) LanguageChanged() {
	b.mu.Lock()
	searches := b.searches
	b.mu.Unlock()
	for _, s := range searches {
		s.forget()
	}
	b.searchNotifier.notify(1, 1)
}

// translate puts a remark into words of the language in use.
func (b *Book) translate(m messages.Message) string {
	if b.opts.Translate == nil {
		return m.String()
	}
	return b.opts.Translate(m)
}
