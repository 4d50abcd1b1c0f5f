package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// stdout is standard output for the commands. It remembers the first write that failed, which becomes the exit code.
var stdout = &checkedWriter{w: os.Stdout}

// checkedWriter writes to w until that fails.
type checkedWriter struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

func (c *checkedWriter) Write(data []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(data)
	c.err = err
	return n, err
}

// failure is the Problem of the first write that failed, nil if none did.
func (c *checkedWriter) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		return nil
	}
	why := c.err
	var p *fs.PathError
	if errors.As(why, &p) {
		why = p.Err
	}
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("cli.outputCannotWritten"),
		Why:  i18n.Sentence(why.Error()),
		Next: messages.New("cli.makeRoomWriteElsewhere")}
}

// wantsJSON reports whether the command line asks for JSON, also if it could not be parsed as far as that.
func wantsJSON(o *options, args []string) bool {
	return o.json || slices.ContainsFunc(args, func(arg string) bool {
		value, given := strings.CutPrefix(arg, "--json=")
		on, err := strconv.ParseBool(value)
		return arg == "--json" || given && err == nil && on
	})
}

// failed prints an error for scripts: its kind and the exit code, beside the sentences.
func (p *printer) failed(err error) {
	problem := backend.ProblemOf(err)
	p.object(struct {
		Type    string           `json:"type"`
		Code    int              `json:"code"`
		Kind    backend.Kind     `json:"kind"`
		Problem *backend.Problem `json:"problem"`
	}{"error", exitCode(err), problem.Kind, problem})
}
