package shape

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Mistyped returns AWS's text about the first member of a decoded request that is of a wrong type, "" if there is none.
func (s *Shape) Mistyped(v any) string {
	switch v.(type) {
	case nil:
		return ""
	case []any:
		if s.Kind != List {
			return "Start of list found where not expected"
		}
	case map[string]any:
		if s.Kind != Map && s.Kind != Structure {
			return "Start of structure or map found where not expected."
		}
	}
	switch s.Kind {
	case List:
		return s.mistypedList(v)
	case Map:
		return s.mistypedMap(v)
	case Structure:
		return s.mistypedMembers(v)
	}
	return s.mistypedScalar(v)
}

func (s *Shape) mistypedList(v any) string {
	list, ok := v.([]any)
	if !ok {
		return "Expected list or null"
	}
	for _, each := range list {
		if problem := s.Value.Mistyped(each); problem != "" {
			return problem
		}
	}
	return ""
}

func (s *Shape) mistypedMap(v any) string {
	entries, ok := v.(map[string]any)
	if !ok {
		return "Expected map or null"
	}
	for _, key := range sortedKeys(entries) {
		if problem := s.Value.Mistyped(entries[key]); problem != "" {
			return problem
		}
	}
	return ""
}

func (s *Shape) mistypedMembers(v any) string {
	members, ok := v.(map[string]any)
	if !ok {
		return "Expected null"
	}
	for _, m := range s.Members {
		if problem := m.Shape.Mistyped(members[m.Name]); problem != "" {
			return problem
		}
	}
	return ""
}

// wanted is what AWS says that a scalar can't be converted to.
var wanted = map[Kind]string{String: "an String", Integer: "an Integer", Boolean: "an Boolean", Blob: "a Blob",
	Timestamp: "milliseconds since epoch"}

func (s *Shape) mistypedScalar(v any) string {
	to := " can not be converted to " + wanted[s.Kind]
	switch v := v.(type) {
	case string:
		switch {
		case s.Kind == Blob:
			return badBase64(v)
		case s.Kind == Boolean && v != "true" && v != "false":
			return "'" + v + "'" + to
		case s.Kind == Integer, s.Kind == Timestamp:
			return "class java.lang.String" + to
		}
	case bool:
		if s.Kind != Boolean {
			return "class java.lang.Boolean" + to
		}
	case json.Number:
		if s.Kind == String || s.Kind == Blob || s.Kind == Boolean {
			return "class com.amazon.coral.value.json.numbers.TruncatingBigNumber" + to
		}
	}
	return ""
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// badBase64 is what AWS says of text that isn't base64, "" if it is.
func badBase64(text string) string {
	begin := "'" + text + "' can not be converted to a Blob: "
	if len(text)%4 != 0 {
		return begin + "Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(text))
	}
	digits := strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	for i := range len(digits) {
		if strings.IndexByte(base64Digits, digits[i]) < 0 {
			return begin + "Invalid Base64 character: '" + digits[i:i+1] + "'"
		}
	}
	if unused := (len(text) - len(digits)) * 2; unused > 0 {
		if strings.IndexByte(base64Digits, digits[len(digits)-1])&(1<<unused-1) != 0 {
			return begin + "Invalid last non-pad Base64 character dectected" // as AWS spells it
		}
	}
	return ""
}
