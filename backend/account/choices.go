package account

import (
	"bytes"
	"encoding/json"
	"maps"
)

// The conditions that the parameter Passwordless decides: passkeys are allowed, and so are codes by e-mail.
const (
	isPasswordless = "IsPasswordless"
	sendsCodes     = "SendsCodes"
)

// used returns the conditions that the rest of the body, or another condition that is used, names.
func used(all map[string]any, body Template) map[string]any {
	rest := maps.Clone(body)
	delete(rest, "Conditions")
	text, err := json.Marshal(rest)
	if err != nil {
		return all // Body says so
	}
	named := func(name string, in []byte) bool { return bytes.Contains(in, []byte(`"`+name+`"`)) }
	out := map[string]any{}
	for again := true; again; {
		again = false
		for name, condition := range all {
			if _, there := out[name]; there || !named(name, text) {
				continue
			}
			own, err := json.Marshal(condition)
			if err != nil {
				return all
			}
			out[name], text, again = condition, append(text, own...), true
		}
	}
	return out
}

// chosen returns the value in which each choice by the condition is made as if the condition had that value. Choices of
// no value are left out of lists.
func chosen(v any, condition string, is bool) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, each := range v {
			if c := chosen(each, condition, is); !isNoValue(c) || isNoValue(each) {
				out = append(out, c)
			}
		}
		return out
	case map[string]any:
		if choice, ok := v["Fn::If"].([]any); ok && len(choice) == 3 && choice[0] == condition {
			if is {
				return chosen(choice[1], condition, is)
			}
			return chosen(choice[2], condition, is)
		}
		out := make(map[string]any, len(v))
		for key, each := range v {
			if list, ok := each.([]any); ok && key == "Fn::If" { // it has three parts, whatever they are
				out[key] = chosenParts(list, condition, is)
				continue
			}
			if c := chosen(each, condition, is); !isNoValue(c) || isNoValue(each) {
				out[key] = c
			}
		}
		return out
	}
	return v
}

// chosenParts makes the choices in each part of a list.
func chosenParts(list []any, condition string, is bool) []any {
	out := make([]any, len(list))
	for i, each := range list {
		out[i] = chosen(each, condition, is)
	}
	return out
}

// isNoValue reports whether a value is the reference that stands for none.
func isNoValue(v any) bool { return asMap(v)["Ref"] == "AWS::NoValue" }

// without returns the mapping without the entries that have the condition.
func without(all map[string]any, condition string) map[string]any {
	out := maps.Clone(all)
	maps.DeleteFunc(out, func(_ string, each any) bool { return asMap(each)["Condition"] == condition })
	return out
}
