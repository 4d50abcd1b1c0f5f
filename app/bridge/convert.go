package bridge

import (
	"time"
	"unicode"
)

// The types that the page is sent are in this package, and Wails writes them into frontend/wailsjs/go/models.ts, from
// which the page takes its own. All of them keep these rules, so that the page has nothing to decode
// (TestTypesOfThePage):
//
//   - A time is in milliseconds since 1970, a duration in milliseconds. One that is not known is nil.
//   - What may be missing is a pointer, which is sent as null. No field is left out.
//   - A slice is never nil: it is sent as [].
//   - A text is in the language in use.
//   - A word of a fixed set has a type of its own, which Enums lists.

// unixMillis returns a time in milliseconds since 1970. It returns nil for the zero time.
func unixMillis(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return new(t.UnixMilli())
}

// millis returns a duration in milliseconds. It returns nil for zero, which package backend uses for a duration that is
// not known or not over.
func millis(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	return new(d.Milliseconds())
}

// each converts all elements of a slice. What it returns is not nil.
func each[From, To any](all []From, convert func(From) To) []To {
	out := make([]To, len(all))
	for i, v := range all {
		out[i] = convert(v)
	}
	return out
}

// optional converts what a pointer leads to. It returns nil for nil.
func optional[From, To any](p *From, convert func(From) To) *To {
	if p == nil {
		return nil
	}
	return new(convert(*p))
}

// list returns a slice that is not nil.
func list[T any](all []T) []T { return append([]T{}, all...) }

// typeScriptName returns the name of a word in TypeScript, such as SignedOut for signed-out.
func typeScriptName(word string) string {
	name, upper := []rune{}, true
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = true
			continue
		}
		if upper {
			r, upper = unicode.ToUpper(r), false
		}
		name = append(name, r)
	}
	return string(name)
}
