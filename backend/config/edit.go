package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/messages"

	"github.com/goccy/go-yaml/ast"
)

// Change gives one key of a configuration another value.
type Change struct {
	Path  string // dotted, such as "profiles.studio.session.window"
	Value any    // string, bool, int or time.Duration
}

// editing keeps two changes that are made at once from reading the same file.
var editing sync.Mutex

// EditFile makes changes in the file at path, which may not exist yet, in one step. All else in it stays as it is to
// the letter: comments, order, blank lines. A change that would make the file one that Load refuses is not made, nor is
// one that the policy decides. Errors are *backend.Problem.
func EditFile(path string, changes ...Change) error {
	return editFile(path, func(policy *Policy, data []byte) ([]byte, error) {
		for _, c := range changes {
			if p := policy.refusal(c); p != nil {
				return nil, p
			}
		}
		return edit(policy, path, data, changes...)
	})
}

// editFile replaces the file at path by what change makes of it.
func editFile(path string, change func(policy *Policy, data []byte) ([]byte, error)) error {
	editing.Lock()
	defer editing.Unlock()
	target := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real // a link into somebody's collection of settings stays one
	}
	policy, err := ReadPolicy()
	if err != nil {
		return err
	}
	data, err := readFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return problem(messages.New("config.settingsCannotRead"), reason(err, path),
			messages.New("config.checkFilePermissions"), err)
	}
	edited, err := change(policy, data)
	if err != nil {
		return err
	}
	if err = os.MkdirAll(filepath.Dir(target), 0o700); err == nil {
		err = replace(target, edited)
	}
	if err != nil {
		return problem(messages.New("config.settingsCannotSaved"), reason(err, path),
			messages.New("config.checkFolderPermissions"), err)
	}
	return nil
}

// Edit makes changes in the text of a configuration; see EditFile. The name stands for the file in messages.
func Edit(name string, data []byte, changes ...Change) ([]byte, error) {
	return edit(nil, name, data, changes...)
}

func edit(policy *Policy, name string, data []byte, changes ...Change) ([]byte, error) {
	if _, err := parseUnder(policy, name, data); err != nil {
		return nil, err // what is broken is mended by hand, not written over
	}
	text := string(data)
	for _, c := range withCloud(text, changes) {
		edited, why := keepLineEnds(text, func(text string) (string, messages.Message) {
			return set(name, text, strings.Split(c.Path, "."), scalar(c.Value))
		})
		if !why.IsZero() {
			return nil, problem(messages.New("config.settingCannotWritten"), why,
				messages.New("config.changeHand", c.Path, name), nil)
		}
		text = edited
	}
	if _, err := parseUnder(policy, name, []byte(text)); err != nil {
		return nil, err
	}
	return []byte(text), nil
}

// withCloud makes a profile "local" that the file does not have yet what it was without the file: the embedded cloud.
func withCloud(text string, changes []Change) []Change {
	for i, c := range changes {
		if !strings.HasPrefix(c.Path, "profiles.local.") {
			continue
		}
		if root, _ := parse("", []byte(text)); find(find(root, "profiles"), "local") == nil {
			cloud := Change{"profiles.local.cloud", CloudEmbedded}
			return append(append(append([]Change{}, changes[:i]...), cloud), changes[i:]...)
		}
		break
	}
	return changes
}

// find is the value of a key of a mapping, nil if there is none.
func find(n ast.Node, key string) ast.Node {
	entries, _ := mapping(n)
	for _, e := range entries {
		if s, ok := e.Key.(*ast.StringNode); ok && s.Value == key {
			return e.Value
		}
	}
	return nil
}

// set writes one scalar at a path: over the value that is there, else into the nearest mapping above it. It says why
// where it cannot.
func set(name, text string, path []string, value string) (edited string, why messages.Message) {
	root, faults := parse(name, []byte(text))
	if faults != nil {
		return "", faults[0].Wrong
	}
	if root == nil {
		return ended(text) + block(path, value, 0), messages.Message{}
	}
	above, key := root, ast.MapKeyNode(nil)
	for i, part := range path {
		inner := find(above, part)
		if inner == nil {
			return insert(text, above, key, path[i:], value)
		}
		key = keyOf(above, part)
		above = inner
	}
	return overwrite(text, above, value)
}

func keyOf(n ast.Node, key string) ast.MapKeyNode {
	entries, _ := mapping(n)
	for _, e := range entries {
		if s, ok := e.Key.(*ast.StringNode); ok && s.Value == key {
			return e.Key
		}
	}
	return nil
}

// overwrite replaces a scalar that stands on one line.
func overwrite(text string, n ast.Node, value string) (edited string, why messages.Message) {
	t := n.GetToken()
	lines := strings.SplitAfter(text, "\n")
	old := strings.TrimSpace(t.Origin)
	if _, scalar := n.(ast.ScalarNode); !scalar || strings.Contains(old, "\n") || t.Position.Line > len(lines) {
		return "", messages.New("config.standsOneValue")
	}
	line := &lines[t.Position.Line-1]
	at := byteOf(*line, t.Position.Column)
	if old == "" || !strings.HasPrefix((*line)[at:], old) {
		return "", messages.New("config.standsCannotFoundAgain")
	}
	*line = (*line)[:at] + value + (*line)[at+len(old):]
	return strings.Join(lines, ""), messages.Message{}
}

// insert adds what is missing of a path to the mapping that it belongs to, after its last entry. The key is the
// mapping's own, nil at the top.
func insert(text string, n ast.Node, key ast.MapKeyNode, path []string,
	value string) (edited string, why messages.Message) {
	lines := strings.SplitAfter(text, "\n")
	if m, ok := n.(*ast.MappingNode); ok && m.IsFlowStyle {
		if strings.Contains(value, "\n") {
			return "", messages.New("config.standsInBraces")
		}
		line := &lines[m.Start.Position.Line-1]
		at := byteOf(*line, m.Start.Position.Column)
		if !strings.HasPrefix((*line)[at:], "{") {
			return "", messages.New("config.standsCannotFoundAgain")
		}
		separator := ", "
		if len(m.Values) == 0 {
			separator = ""
		}
		*line = (*line)[:at+1] + flow(path, value) + separator + (*line)[at+1:]
		return strings.Join(lines, ""), messages.Message{}
	}
	entries, ok := mapping(n)
	var from, column int
	switch {
	case ok && len(entries) > 0:
		last := entries[len(entries)-1].Key.GetToken().Position
		from, column = last.Line, last.Column
	case key != nil && n.Type() == ast.NullType:
		at := key.GetToken().Position
		from, column = at.Line, at.Column+2
	default:
		return "", messages.New("config.standsAboveNotGroup")
	}
	end := endOf(lines, from, column)
	lines[end-1] = ended(lines[end-1])
	out := append(append(append([]string{}, lines[:end]...), block(path, value, column-1)), lines[end:]...)
	return strings.Join(out, ""), messages.Message{}
}

// endOf is the number of the last line of the entry whose key stands at a place, trailing comments and blanks apart.
func endOf(lines []string, from, column int) int {
	end := from
	for i := from; i < len(lines); i++ {
		content := strings.TrimLeft(lines[i], " ")
		indent := len(lines[i]) - len(content)
		switch {
		case strings.TrimSpace(content) == "" || content[0] == '#':
			continue
		case indent >= column, indent == column-1 && strings.HasPrefix(content, "-") && !strings.HasPrefix(content, "---"):
			end = i + 1
			continue
		}
		return end
	}
	return end
}

// block writes a path and its value as indented lines. A value of several lines goes below its key.
func block(path []string, value string, indent int) string {
	var b strings.Builder
	for i, key := range path {
		fmt.Fprintf(&b, "%s%s:", strings.Repeat(" ", indent+2*i), key)
		if i == len(path)-1 && !strings.Contains(value, "\n") {
			b.WriteString(" " + value)
		}
		b.WriteString("\n")
	}
	if strings.Contains(value, "\n") {
		for line := range strings.Lines(value) {
			b.WriteString(strings.Repeat(" ", indent+2*len(path)) + ended(strings.TrimRight(line, "\r\n")))
		}
	}
	return b.String()
}

// flow writes a path and its value between braces.
func flow(path []string, value string) string {
	if len(path) == 1 {
		return path[0] + ": " + value
	}
	return path[0] + ": {" + flow(path[1:], value) + "}"
}

// scalar writes a value in YAML. Text is quoted unless it is plainly a word.
func scalar(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return brief(v)
	case string:
		plain := v != "" && strings.IndexFunc(v, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
		}) < 0
		switch strings.ToLower(v) {
		case "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "-":
			plain = false
		}
		if plain {
			return v
		}
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// byteOf turns a column, which counts letters from 1, into an offset.
func byteOf(line string, column int) int {
	for at := range line {
		if column--; column == 0 {
			return at
		}
	}
	return len(line)
}

// ended ends a text with a line break.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}
