package ec2

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// doc writes an XML answer from front to back.
type doc struct{ buf bytes.Buffer }

func (d *doc) open(name, attributes string) {
	d.buf.WriteByte('<')
	d.buf.WriteString(name)
	if attributes != "" {
		d.buf.WriteByte(' ')
		d.buf.WriteString(attributes)
	}
	d.buf.WriteByte('>')
}

func (d *doc) close(name string) {
	d.buf.WriteString("</")
	d.buf.WriteString(name)
	d.buf.WriteByte('>')
}

// in writes an element around what fn writes.
func (d *doc) in(name string, fn func()) {
	d.open(name, "")
	fn()
	d.close(name)
}

// text writes an element with text in it.
func (d *doc) text(name, value string) {
	d.open(name, "")
	if plain(value) {
		d.buf.WriteString(value)
	} else {
		// Characters that XML cannot carry are replaced by EscapeText itself, so that every answer can be parsed.
		_ = xml.EscapeText(&d.buf, []byte(strings.ToValidUTF8(value, "\uFFFD")))
	}
	d.close(name)
}

// plain reports whether s stands for itself in XML: printable ASCII without the characters that are escaped.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '<', c == '>', c == '&', c == '"', c == '\'':
			return false
		}
	}
	return true
}

// opt is text for a value that AWS leaves out where it is empty.
func (d *doc) opt(name, value string) {
	if value != "" {
		d.text(name, value)
	}
}

func (d *doc) number(name string, n int64) { d.text(name, strconv.FormatInt(n, 10)) }
func (d *doc) bool(name string, b bool)    { d.text(name, strconv.FormatBool(b)) }
func (d *doc) time(name string, t time.Time) {
	d.text(name, t.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// list writes EC2's form of a list: the element, and an item for each value.
func list[T any](d *doc, name string, values []T, item func(T)) {
	d.in(name, func() {
		for _, v := range values {
			d.in("item", func() { item(v) })
		}
	})
}

// texts is a list of plain values.
func (d *doc) texts(name string, values []string) {
	d.in(name, func() {
		for _, v := range values {
			d.text("item", v)
		}
	})
}

// tagSet writes tags ordered by key, and nothing for none.
func (d *doc) tagSet(tags map[string]string) {
	if len(tags) > 0 {
		d.tags(tags)
	}
}

// tags writes tags ordered by key, and an empty set for none.
func (d *doc) tags(tags map[string]string) {
	list(d, "tagSet", sortedKeys(tags), func(k string) {
		d.text("key", k)
		d.text("value", tags[k])
	})
}
