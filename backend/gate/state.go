package gate

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// State is what a gate that starts again has to know of the one before it: the secret of its cookies, and which tickets
// were used. A file keeps it: a line with the secret, then a line for each use.
type State struct {
	secret []byte
	spent  spent
}

// OpenState reads the state in a file, and makes the file if there is none. Only one gate may have it open.
func OpenState(file string, now time.Time) (*State, error) {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := &State{}
	for line := range strings.Lines(string(text)) {
		s.read(strings.Fields(line))
	}
	if len(s.secret) != secretSize {
		s.secret = newSecret()
	}
	s.spent.forget(now)
	if err := s.write(file + ".new"); err != nil {
		return nil, err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o600)
	s.spent.out = out
	return s, err
}

// read takes one line up. One that was cut off is left out.
func (s *State) read(fields []string) {
	switch {
	case len(fields) == 2 && fields[0] == "secret":
		s.secret, _ = decode(fields[1])
	case len(fields) == 3 && fields[0] == "used":
		id, err := decode(fields[1])
		until, err2 := strconv.ParseInt(fields[2], 10, 64)
		if errors.Join(err, err2) == nil {
			s.spent.add(string(id), time.Unix(until, 0))
		}
	}
}

// write makes the file anew, without what has expired.
func (s *State) write(file string) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "secret %s\n", encode(s.secret))
	for id, u := range s.spent.used {
		for range u.times {
			err = errors.Join(err, useLine(out, id, u.until))
		}
	}
	return errors.Join(err, out.Close())
}

func useLine(out io.Writer, id string, until time.Time) error {
	_, err := fmt.Fprintf(out, "used %s %d\n", encode([]byte(id)), until.Unix())
	return err
}

const secretSize = 32 // bytes

func newSecret() []byte {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	return secret
}
