package dynamodb

import (
	"crypto/sha256"
	"math/bits"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// Limits of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, in bytes.
const (
	maxItem    = 400 << 10
	maxHashKey = 2048
	maxSortKey = 1024
)

// keyAttribute is an attribute of a primary or index key; the zero value is none.
type keyAttribute struct {
	name string
	kind kind
}

// keySchema is a table's or index's key. A global index may have further attributes of either kind.
type keySchema struct {
	hash, sort         keyAttribute
	moreHash, moreSort []keyAttribute
}

// names lists the key's attributes.
func (k keySchema) names() []string {
	all := k.attributes()
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.name
	}
	return names
}

func (k keySchema) attributes() []keyAttribute {
	out := make([]keyAttribute, 0, 2+len(k.moreHash)+len(k.moreSort))
	out = append(append(out, k.hash), k.moreHash...)
	if k.sort.name == "" {
		return out
	}
	return append(append(out, k.sort), k.moreSort...)
}

// hashes lists the partition key's attributes.
func (k keySchema) hashes() []keyAttribute { return append([]keyAttribute{k.hash}, k.moreHash...) }

// sorts lists the sort key's attributes, none if there is no sort key.
func (k keySchema) sorts() []keyAttribute {
	if k.sort.name == "" {
		return nil
	}
	return append([]keyAttribute{k.sort}, k.moreSort...)
}

func (k keySchema) has(name string) bool {
	if name == k.hash.name || k.sort.name != "" && name == k.sort.name {
		return true
	}
	same := func(a keyAttribute) bool { return a.name == name }
	return slices.ContainsFunc(k.moreHash, same) || slices.ContainsFunc(k.moreSort, same)
}

// checkKey validates a Key parameter: exactly the key's attributes, of the right types.
func (k keySchema) checkKey(key item) *wire.Error {
	if len(key) != len(k.names()) {
		return errKeyElement
	}
	for _, a := range k.attributes() {
		v, ok := key[a.name]
		if !ok || v.kind != a.kind {
			return errKeyElement
		}
	}
	return k.checkValues(key)
}

var errKeyElement = invalid("The provided key element does not match the schema")

// checkItem validates the key attributes of a whole item.
func (k keySchema) checkItem(it item) *wire.Error {
	for _, a := range k.attributes() {
		v, ok := it[a.name]
		if !ok {
			return badParameter("Missing the key %s in the item", a.name)
		}
		if v.kind != a.kind {
			return badParameter("Type mismatch for key %s expected: %s actual: %s", a.name, a.kind, v.kind)
		}
	}
	return k.checkValues(it)
}

func (k keySchema) checkValues(it item) *wire.Error {
	for _, a := range k.attributes() {
		if it[a.name].kind != kindN && it[a.name].str == "" {
			what := "string"
			if a.kind == kindB {
				what = "binary"
			}
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot "+
				"contain an empty %s value. Key: %s", what, a.name)
		}
	}
	if it[k.hash.name].size() > maxHashKey {
		return badParameter("Size of hashkey has exceeded the maximum size limit of%d bytes", maxHashKey)
	}
	if k.sort.name != "" && it[k.sort.name].size() > maxSortKey {
		return badParameter("Aggregated size of all range keys has exceeded the size limit of %d bytes", maxSortKey)
	}
	return nil
}

// encode is the item's place in a tree: eight bytes of the partition key's hash, so that a scan's order and its
// segments have nothing to do with the keys, then the keys in an encoding whose byte order is their order.
func (k keySchema) encode(it item) string {
	enc := ordering(it[k.hash.name])
	for _, a := range k.moreHash {
		enc += ordering(it[a.name])
	}
	p := partition(enc)
	if k.sort.name == "" {
		return p
	}
	p += ordering(it[k.sort.name])
	for _, a := range k.moreSort {
		p += ordering(it[a.name])
	}
	return p
}

// partition is the beginning of the tree keys of a partition key, which is given encoded.
func partition(enc string) string {
	sum := sha256.Sum256([]byte(enc))
	return string(sum[:8]) + enc
}

// ordering encodes a key's value so that bytes compare as the values do, and no encoding is a prefix of another.
func ordering(v value) string {
	if v.kind == kindN {
		return v.num.ordering()
	}
	return escaped(v.str) + "\x00\x01"
}

// escaped keeps the order of texts and leaves "\x00\x01" free as a terminator.
func escaped(s string) string { return strings.ReplaceAll(s, "\x00", "\x00\xff") }

// ordering: a sign, the exponent and the digits; a negative number has all bytes after its sign inverted.
func (n number) ordering() string {
	switch n.sign() {
	case 0:
		return "\x01"
	case 1:
		return "\x02" + string([]byte{byte(n.exp - minExponent)}) + n.digits + "\x00"
	}
	b := []byte(string([]byte{byte(n.exp - minExponent)}) + n.digits + "\x00")
	for i := range b {
		b[i] = ^b[i]
	}
	return "\x00" + string(b)
}

// after is the smallest string greater than every string with the prefix, "" where there is none.
func after(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return ""
}

// segmentOf says which of total equal ranges of the hash a tree key falls into.
func segmentOf(key string, total int) int {
	var h uint64
	for i := range 8 {
		h = h<<8 | uint64(key[i])
	}
	hi, _ := bits.Mul64(h, uint64(total))
	return int(hi)
}

// fits reports whether an item has the key's attributes in their types.
func (s keySchema) fits(it item) bool {
	for _, a := range s.attributes() {
		if v, ok := it[a.name]; !ok || v.kind != a.kind {
			return false
		}
	}
	return true
}
