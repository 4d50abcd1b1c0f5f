package config

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"avatar-launcher/backend/messages"

	"github.com/goccy/go-yaml/ast"
)

// decoder fills Go values from a YAML tree and remembers where each key stands. It is its own, and not the
// library's, so that every refusal can say what would have been right, and so that all mistakes are found at once.
type decoder struct {
	file   string
	places map[string]place // of the value of each key that the file has
	faults Faults
}

// place is where a value stands. The file is that of the decoder which read it.
type place struct {
	file         string
	line, column int
}

// refuse reports at a node. What is wrong and what is right are sentences.
func (d *decoder) refuse(n ast.Node, path string, wrong, right messages.Message) {
	at := placeOf(n)
	d.faults = append(d.faults, Fault{File: d.file, Line: at.line, Column: at.column, Path: path, Wrong: wrong,
		Right: right})
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if v, ok := n.(*ast.MappingValueNode); ok {
		n = v.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return place{line: t.Position.Line, column: t.Position.Column}
	}
	return place{}
}

// decode reads n into v. The path names the key for messages.
func (d *decoder) decode(n ast.Node, path string, v reflect.Value) {
	at := placeOf(n)
	at.file = d.file
	d.places[path] = at
	name := cmp.Or(path, "the file")
	if _, ok := n.(*ast.NullNode); ok && v.Kind() != reflect.Struct {
		d.refuse(n, path, messages.New("config.noValue", name), messages.New("config.writeLeaveKey", wanted(v.Type(), n)))
		return
	}
	if !d.read(n, path, v) {
		d.refuse(n, path, messages.Join(messages.Verbatim(name), kindOf(n)),
			messages.New("config.write", wanted(v.Type(), n)))
	}
}

func (d *decoder) read(n ast.Node, path string, v reflect.Value) bool {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		return readDuration(n, v)
	}
	switch v.Kind() {
	case reflect.String:
		s, ok := text(n)
		if ok {
			v.SetString(s)
		}
		return ok
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if ok {
			v.SetBool(b.Value)
		}
		return ok
	case reflect.Int:
		return readInt(n, v)
	case reflect.Float64:
		return readFloat(n, v)
	case reflect.Slice:
		return d.readList(n, path, v)
	case reflect.Map:
		return d.readMap(n, path, v)
	}
	return d.readStruct(n, path, v)
}

func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func readDuration(n ast.Node, v reflect.Value) bool {
	s, ok := text(n)
	d, err := time.ParseDuration(s)
	if !ok || err != nil {
		return false
	}
	v.SetInt(int64(d))
	return true
}

func readInt(n ast.Node, v reflect.Value) bool {
	i, ok := n.(*ast.IntegerNode)
	if !ok {
		return false
	}
	switch x := i.Value.(type) {
	case int64:
		v.SetInt(x)
	case uint64:
		v.SetInt(int64(min(x, math.MaxInt64)))
	}
	return true
}

func readFloat(n ast.Node, v reflect.Value) bool {
	switch n := n.(type) {
	case *ast.FloatNode:
		v.SetFloat(n.Value)
		return true
	case *ast.IntegerNode:
		f, err := strconv.ParseFloat(fmt.Sprint(n.Value), 64)
		v.SetFloat(f)
		return err == nil
	}
	return false
}

func (d *decoder) readList(n ast.Node, path string, v reflect.Value) bool {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return false
	}
	v.SetZero() // an empty list is none
	if len(list.Values) > 0 {
		v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	}
	for i, entry := range list.Values {
		d.decode(entry, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
	return true
}

func (d *decoder) readMap(n ast.Node, path string, v reflect.Value) bool {
	entries, ok := mapping(n)
	if !ok {
		return false
	}
	v.SetZero() // an empty map is none
	if len(entries) > 0 {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	}
	for _, e := range entries {
		key, ok := d.key(e, path)
		if !ok {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if p, ok := item.Addr().Interface().(*Profile); ok {
			*p = defaults()
		}
		d.decode(e.Value, path+"."+key, item)
		v.SetMapIndex(reflect.ValueOf(key), item)
	}
	return true
}

func (d *decoder) readStruct(n ast.Node, path string, v reflect.Value) bool {
	if _, ok := n.(*ast.NullNode); ok {
		return true
	}
	entries, ok := mapping(n)
	if !ok {
		return false
	}
	fields, names := fieldsOf(v.Type())
	for _, e := range entries {
		key, ok := d.key(e, path)
		if !ok {
			continue
		}
		i, ok := fields[key]
		if !ok {
			d.refuse(e.Key, join(path, key), unknown(key, path), suggest(key, names))
			continue
		}
		d.decode(e.Value, join(path, key), v.Field(i))
	}
	return true
}

// key reads the key of an entry, which must be plain text.
func (d *decoder) key(e *ast.MappingValueNode, path string) (string, bool) {
	if s, ok := e.Key.(*ast.StringNode); ok {
		return s.Value, true
	}
	d.refuse(e.Key, path, messages.New("config.keyNotPlainText"), messages.New("config.writePlainTextQuotes"))
	return "", false
}

func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func fieldsOf(t reflect.Type) (fields map[string]int, names []string) {
	fields = map[string]int{}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "-" {
			fields[key] = i
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return fields, names
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// unknown says that there is no such key below a path.
func unknown(key, path string) messages.Message {
	if path == "" {
		return messages.New("config.noKeyTopLevel", strconv.Quote(key))
	}
	return messages.New("config.noKeyUnder", strconv.Quote(key), path)
}
