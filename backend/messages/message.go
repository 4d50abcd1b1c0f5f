package messages

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// section is where the catalogues keep the texts of Messages; the others are the window's, the tray's and
// the commands'.
const section = "messages."

// Message is a text for people that is not in any language yet: an ID in the catalogue, and what stands for {0}, {1}
// and so on in its text. An argument may be a Message itself. Without an ID it is its arguments, one after the other:
// what a person, a file or another program said, which nobody translates. The zero Message has no text.
type Message struct {
	ID   string
	Args []any
}

// New returns the Message of an ID, which must be a literal: a test reads the code and compares it with the catalogues.
func New(id string, args ...any) Message { return Message{ID: id, Args: args} }

// Verbatim returns a Message of a text that is the same in every language.
func Verbatim(text string) Message {
	if text == "" {
		return Message{}
	}
	return Message{Args: []any{text}}
}

// Join returns a Message of several that follow one another, such as sentences. It leaves those without text out.
func Join(all ...Message) Message {
	var m Message
	for _, one := range all {
		if !one.IsZero() {
			m.Args = append(m.Args, one)
		}
	}
	return m
}

// IsZero reports whether m has no text.
func (m Message) IsZero() bool { return m.ID == "" && len(m.Args) == 0 }

// english is the language of logs and errors.
var english = sync.OnceValue(func() *Catalogue {
	c, err := Read(Default)
	if err != nil {
		panic(err) // the file is in the program, and tests have read it
	}
	return c
})

// String returns the text in English, for logs and errors.
func (m Message) String() string { return english().Text(m) }

// MarshalJSON writes the text in English, for scripts.
func (m Message) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads a text as Verbatim does.
func (m *Message) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	*m = Verbatim(text)
	return err
}

// Text returns a Message in the catalogue's language.
func (c *Catalogue) Text(m Message) string {
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		if inner, ok := a.(Message); ok {
			a = ownText(c.Text(inner))
		}
		args[i] = a
	}
	if m.ID != "" {
		return c.Say(section+m.ID, args...)
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = shown(a)
	}
	return strings.Join(texts, " ")
}

// stored is how a Message is kept for other launchers to read: its arguments are texts, numbers, or stored themselves.
type stored struct {
	ID   string `json:"id,omitempty"`
	Args []any  `json:"args,omitempty"`
}

// Encode writes a Message so that Decode finds the same one. It returns "" for one without an ID, which is its text.
func (m Message) Encode() string {
	if m.ID == "" {
		return ""
	}
	data, err := json.Marshal(m.store())
	if err != nil {
		return "" // an argument that is no data: the text in English is kept
	}
	return string(data)
}

func (m Message) store() stored {
	s := stored{ID: m.ID}
	for _, a := range m.Args {
		switch a := a.(type) {
		case Message:
			s.Args = append(s.Args, a.store())
		case string, int:
			s.Args = append(s.Args, a)
		default:
			s.Args = append(s.Args, fmt.Sprint(a))
		}
	}
	return s
}

// Decode reads what Encode wrote, if this launcher's catalogue has it. Otherwise it returns the text.
func Decode(encoded, text string) Message {
	var s map[string]any
	if encoded == "" || json.Unmarshal([]byte(encoded), &s) != nil {
		return Verbatim(text)
	}
	m := restore(s)
	if !english().has(section + m.ID) {
		return Verbatim(text)
	}
	return m
}

func restore(s map[string]any) Message {
	var m Message
	m.ID, _ = s["id"].(string)
	args, _ := s["args"].([]any)
	for _, a := range args {
		if inner, ok := a.(map[string]any); ok {
			a = restore(inner)
		}
		m.Args = append(m.Args, a)
	}
	return m
}

// cutSection returns the ID of a Message whose text a leaf is.
func cutSection(key string) (id string, ok bool) {
	id, ok = strings.CutPrefix(key, section)
	for _, form := range forms {
		id = strings.TrimSuffix(id, "."+form)
	}
	return id, ok
}
